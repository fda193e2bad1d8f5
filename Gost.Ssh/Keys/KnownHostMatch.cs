namespace Gost.Ssh.Keys;

/// <summary>What is known of a server's key.</summary>
public enum KnownHostMatch
{
    /// <summary>Nothing is known of the server.</summary>
    Unknown,

    /// <summary>It is one of the server's keys.</summary>
    Known,

    /// <summary>The server is known, with other keys only.</summary>
    Changed,

    /// <summary>The key is one that must not be taken any more.</summary>
    Revoked,
}

namespace Gost.Ssh;

/// <summary>The stage of an SSH connection that failed.</summary>
public enum SshFailure
{
    /// <summary>The stream broke or ended.</summary>
    Connection,

    /// <summary>The peer does not keep to the protocol, or nothing was agreed on.</summary>
    Protocol,

    /// <summary>The server's key is not the one that is known.</summary>
    HostKey,

    /// <summary>The server takes none of our credentials.</summary>
    Authentication,

    /// <summary>The peer refuses a channel or a request; the connection lives on.</summary>
    Refused,
}

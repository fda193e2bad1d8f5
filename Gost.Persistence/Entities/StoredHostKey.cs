namespace Gost.Persistence.Entities;

/// <summary>A key that an SSH server showed when it was met first.</summary>
internal sealed class StoredHostKey
{
    /// <summary>The node as it was dialled.</summary>
    public required string Host { get; set; }

    /// <summary>The key's type.</summary>
    public required string Algorithm { get; set; }

    /// <summary>The public key, base64.</summary>
    public required string Key { get; set; }

    /// <summary>Unix time in milliseconds.</summary>
    public long FirstSeen { get; set; }
}

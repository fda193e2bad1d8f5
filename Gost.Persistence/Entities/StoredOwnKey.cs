namespace Gost.Persistence.Entities;

/// <summary>A private SSH key that was made for this host's services.</summary>
internal sealed class StoredOwnKey
{
    /// <summary>The key's type; one of each.</summary>
    public required string Algorithm { get; set; }

    /// <summary>The key as a file without passphrase holds it.</summary>
    public required string Text { get; set; }

    /// <summary>Unix time in milliseconds.</summary>
    public long CreatedAt { get; set; }
}

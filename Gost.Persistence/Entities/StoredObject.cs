namespace Gost.Persistence.Entities;

/// <summary>One object of the configuration, kept as its JSON text.</summary>
internal sealed class StoredObject
{
    /// <summary>The kind's name, <c>services</c> for one.</summary>
    public required string Kind { get; set; }

    /// <summary>The name, unique within the kind.</summary>
    public required string Name { get; set; }

    /// <summary>Sorts the objects of one kind.</summary>
    public long Ordinal { get; set; }

    /// <summary>The object as JSON.</summary>
    public required string Json { get; set; }

    /// <summary>The store's revision that last changed it.</summary>
    public long Revision { get; set; }

    /// <summary>0 = made over REST, 1 = from the command line or a file.</summary>
    public int Origin { get; set; }

    /// <summary>Unix time in milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Unix time in milliseconds.</summary>
    public long UpdatedAt { get; set; }
}

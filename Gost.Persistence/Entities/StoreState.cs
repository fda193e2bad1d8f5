namespace Gost.Persistence.Entities;

/// <summary>The one row about the store as a whole.</summary>
internal sealed class StoreState
{
    /// <summary>Always 1.</summary>
    public int Id { get; set; }

    /// <summary>Grows by one with each committed change.</summary>
    public long Revision { get; set; }

    /// <summary>A document of the single members (<c>tls</c>, <c>log</c>, <c>profiling</c>, <c>api</c>, <c>metrics</c>) as JSON.</summary>
    public required string Singletons { get; set; }
}

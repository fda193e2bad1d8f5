using System.Collections.Immutable;
using Gost.Engine.Config.Model;
using Gost.Engine.Security.HostKeys;

namespace Gost.Engine.ControlPlane;

/// <summary>What one transaction writes. Objects carry their new ordinals; the store gives the revision.</summary>
/// <param name="Upserts">Objects to write; their revision is the one of this commit.</param>
/// <param name="Moves">Objects whose ordinal or origin alone changed (import replace, sources); their revision stays.</param>
/// <param name="Deletes">Objects to remove.</param>
/// <param name="Singletons">New single members, or null when they are unchanged.</param>
public sealed record ConfigChange(
    ImmutableArray<DesiredObject> Upserts,
    ImmutableArray<DesiredObject> Moves,
    ImmutableArray<ObjectKey> Deletes,
    GostConfig? Singletons);

/// <summary>Where definitions are kept. One caller at a time.</summary>
public interface IConfigStore : IAsyncDisposable
{
    /// <summary>SSH keys beside the definitions; null = this store keeps none, so that they are known until the program ends.</summary>
    IHostKeyStore? HostKeys => null;

    /// <summary>Reads everything; makes or migrates the store first where needed.</summary>
    ValueTask<DesiredState> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes the change durably, all or nothing, and returns the new revision (<paramref name="expectedRevision"/> + 1).
    /// Throws <see cref="StoreException"/>; nothing is changed then.
    /// </summary>
    ValueTask<long> CommitAsync(ConfigChange change, long expectedRevision, CancellationToken cancellationToken);
}

/// <summary>Why a store refused.</summary>
public enum StoreError
{
    Failed,
    ReadOnly,
    DiskFull,
    Conflict,
    InUse,
}

/// <summary>The store could not do it; nothing was changed.</summary>
public sealed class StoreException(StoreError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public StoreError Error { get; } = error;
}

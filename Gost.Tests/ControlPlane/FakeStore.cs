using Gost.Engine.ControlPlane;

namespace Gost.Tests.ControlPlane;

/// <summary>A store in memory that fails when told to.</summary>
internal sealed class FakeStore : IConfigStore
{
    /// <summary>What is loaded.</summary>
    public DesiredState State { get; set; } = DesiredState.Empty;

    /// <summary>Thrown by the next commits while set.</summary>
    public StoreError? Fault { get; set; }

    public List<ConfigChange> Commits { get; } = [];

    /// <summary>Runs inside each commit.</summary>
    public Action? Committing { get; set; }

    public bool Disposed { get; private set; }

    public ValueTask<DesiredState> LoadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(State);

    public ValueTask<long> CommitAsync(ConfigChange change, long expectedRevision, CancellationToken cancellationToken)
    {
        Committing?.Invoke();
        if (Fault is { } fault)
        {
            throw new StoreException(fault, $"the store: {fault}");
        }

        Commits.Add(change);
        return ValueTask.FromResult(expectedRevision + 1);
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}

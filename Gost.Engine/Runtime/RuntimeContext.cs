using Gost.Engine.Layers;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Runtime;

/// <summary>What the services of one engine share at run time.</summary>
internal sealed class RuntimeContext(TimeProvider time, ILogger logger, Func<IFlowObserver?> observer, FaultLines faults) : IDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private long _lastId;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>Bounds the lines about failed flows.</summary>
    public FaultLines Faults => faults;

    public IFlowObserver? Observer => observer();

    /// <summary>Cancelled when flows that are still being set up shall end.</summary>
    public CancellationToken Aborting => _abort.Token;

    /// <summary>A number for the next flow of this engine.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    public Task AbortAsync() => _abort.CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _abort.Dispose();
}

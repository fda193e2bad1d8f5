using System.Runtime.ExceptionServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Layers.Sessions;

/// <summary>
/// One dial of a session that many flows wait for. A flow that gives up leaves the others waiting; when the last one has, the dial is cancelled. Thread-safe.
/// </summary>
internal sealed class SharedDial
{
    private readonly Lock _gate = new();
    private readonly Action _cancel;
    private readonly TimeSpan _limit;
    private readonly Task<Outcome> _task;
    private int _waiters = 1;
    private bool _abandoned;
    private bool _over;

    /// <summary>Starts the dial on another thread, for one waiter. The result of <paramref name="dial"/> has its owner already.</summary>
    public SharedDial(Func<CancellationToken, Task<DialledSession>> dial, TimeSpan limit, TimeProvider time)
    {
        _limit = limit;
        CancellationTokenSource cancel = new(limit, time);
        _cancel = cancel.Cancel;
        _task = RunAsync(dial, cancel);
    }

    /// <summary>One more waits; false: nobody did any more, so the dial is being cancelled.</summary>
    public bool TryJoin()
    {
        lock (_gate)
        {
            if (_abandoned)
            {
                return false;
            }

            _waiters++;
            return true;
        }
    }

    /// <summary>Waits for the session; once for each that joined. Throws what the dial threw.</summary>
    public async Task<DialledSession> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await _task.WaitAsync(cancellationToken);
            outcome.Error?.Throw();
            return outcome.Session!; // there is one where there is no error
        }
        finally
        {
            Leave();
        }
    }

    private async Task<Outcome> RunAsync(Func<CancellationToken, Task<DialledSession>> dial, CancellationTokenSource cancel)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return new Outcome(await dial(cancel.Token), null);
        }
        catch (OperationCanceledException e)
        {
            return new Outcome(null, ExceptionDispatchInfo.Capture(
                new FlowException(FlowLayer.Dial, FlowError.TimedOut, $"no session within {_limit.TotalSeconds:0.###} s", e)));
        }
        catch (Exception e)
        {
            return new Outcome(null, ExceptionDispatchInfo.Capture(e));
        }
        finally
        {
            bool abandoned;
            lock (_gate)
            {
                _over = true;
                abandoned = _abandoned;
            }

            // Whoever abandons it cancels it: then it has no timer any more and may not be disposed here.
            if (!abandoned)
            {
                cancel.Dispose();
            }
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_waiters > 0 || _over)
            {
                return;
            }

            _abandoned = true;
        }

        _cancel();
    }

    private sealed record Outcome(DialledSession? Session, ExceptionDispatchInfo? Error);
}

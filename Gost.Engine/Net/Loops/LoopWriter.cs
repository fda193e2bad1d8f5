using System.Runtime.CompilerServices;

namespace Gost.Engine.Net.Loops;

/// <summary>The writing direction of a <see cref="LoopStream"/>; also waits for a connection to come about.</summary>
internal sealed class LoopWriter(LoopStream stream) : LoopWaiter
{
    private ReadOnlyMemory<byte> _rest;
    private bool _connects;

    /// <summary>Writes all of it.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        RequireNone();
        _rest = buffer;
        var writing = Run(cancellationToken);
        if (!writing.IsCompletedSuccessfully)
        {
            return FinishAsync(writing);
        }

        writing.GetAwaiter().GetResult();
        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when the connection is there, or fails with what it failed with.</summary>
    public ValueTask<int> WhenConnectedAsync(CancellationToken cancellationToken)
    {
        _connects = true;
        return Run(cancellationToken);
    }

    /// <inheritdoc/>
    protected override int Try(bool isSignaled)
    {
        if (_connects)
        {
            if (!isSignaled && IsQuiet && !stream.IsConnectSettled)
            {
                return NotNow;
            }

            _connects = false;
            return stream.MayHaveFailed ? -stream.TakeError() : 0;
        }

        while (!_rest.IsEmpty)
        {
            var sent = stream.Send(_rest.Span);
            if (sent < 0)
            {
                return sent;
            }

            _rest = _rest[sent..];
        }

        return 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask FinishAsync(ValueTask<int> writing) => await writing;

    /// <inheritdoc/>
    protected override void Forget() => (_rest, _connects) = (default, false);
}

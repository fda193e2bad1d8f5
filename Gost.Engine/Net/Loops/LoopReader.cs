namespace Gost.Engine.Net.Loops;

/// <summary>The reading direction of a <see cref="LoopStream"/>.</summary>
internal sealed class LoopReader(LoopStream stream) : LoopWaiter, ILoopWork
{
    private Memory<byte> _buffer;
    private bool _peeks;
    private bool _drained;
    private volatile bool _interrupted;

    /// <summary>Reads, or waits for something to read where the buffer is empty; see <see cref="Abstractions.DuplexStream"/>.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, bool peeks, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        RequireNone();
        (_buffer, _peeks) = (buffer, peeks);
        var reading = Run(cancellationToken);
        if (!reading.IsCompleted)
        {
            stream.Lasts();
        }

        return reading;
    }

    /// <summary>From now on calls give 0, the pending one and later ones. Any thread.</summary>
    public void Interrupt()
    {
        _interrupted = true;
        if (stream.Loop.IsCurrent)
        {
            Signal();
        }
        else
        {
            stream.Loop.Post(this);
        }
    }

    void ILoopWork.Run() => Signal();

    /// <inheritdoc/>
    protected override int Try(bool isSignaled)
    {
        if (_interrupted)
        {
            return 0;
        }

        if (_drained && IsQuiet && !isSignaled)
        {
            // The last read took all there was, and the kernel has told of nothing since.
            return NotNow;
        }

        _drained = false;
        if (_buffer.IsEmpty)
        {
            if (isSignaled)
            {
                return 0;
            }

            var seen = stream.Receive(stackalloc byte[1], LinuxCalls.MessagePeek);
            return seen > 0 ? 0 : seen;
        }

        var count = stream.Receive(_buffer.Span, _peeks ? LinuxCalls.MessagePeek : 0);

        // Less than asked for is all there was; but for the end, which may have come with it and is told of only once.
        _drained = count > 0 && count < _buffer.Length && !_peeks && !stream.HasPeerEnded;
        return count;
    }

    /// <inheritdoc/>
    protected override void WasSignaled() => _drained = false;

    /// <inheritdoc/>
    protected override void Forget() => _buffer = default;
}

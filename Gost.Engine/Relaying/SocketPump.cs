using System.Threading.Tasks.Sources;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;

namespace Gost.Engine.Relaying;

/// <summary>
/// One relay between two sockets of the kernel lane, driven by the events of their loop: small reads are copied through the loop's buffer, large ones go
/// through a pipe within the kernel, and a relay of many large ones moves to a loop for such. An idle relay is this object alone. Source: bench findings and
/// design.md (Hot path); splice(2).
/// </summary>
/// <remarks>Everything runs on the loop's thread, but for <see cref="RunAsync"/> and <see cref="ISocketPump.Closed"/>.</remarks>
internal sealed partial class SocketPump : LoopTimer, ISocketPump, ILoopWork, IValueTaskSource<RelayOutcome>
{
    /// <summary>A relay of that age is worth the system's probes, where its sockets have none yet.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(5);

    private readonly LoopStream _client;
    private readonly LoopStream _target;
    private readonly FlowCounters _counters;
    private readonly BufferPool _buffers;
    private readonly TimeSpan _idleTimeout;
    private volatile EventLoop _loop;
    private SocketFlow _input;
    private SocketFlow _output;
    private ManualResetValueTaskSourceCore<RelayOutcome> _end;
    private RelayOutcome _outcome;
    private long _lastActivity;
    private volatile bool _aborted;
    private bool _holdsClient;
    private bool _holdsTarget;
    private bool _lasts;
    private bool _isQueued;
    private bool _isRunning;
    private bool _hasFinished;

    /// <summary>A pump; borrows both streams.</summary>
    public SocketPump(LoopPair sockets, FlowCounters counters, BufferPool buffers, TimeSpan idleTimeout)
    {
        ((_client, _target), _counters, _buffers, _idleTimeout) = (sockets, counters, buffers, idleTimeout);
        _loop = _client.Loop;
        _input = new SocketFlow(_client, _target);
        _output = new SocketFlow(_target, _client);
    }

    /// <summary>One that goes on with a relay whose directions may be over, and whose outcome may be known.</summary>
    public SocketPump(LoopPair sockets, FlowCounters counters, BufferPool buffers, TimeSpan idleTimeout, bool inputIsDone, bool outputIsDone, RelayOutcome outcome)
        : this(sockets, counters, buffers, idleTimeout)
    {
        (_input.IsDone, _output.IsDone, _outcome) = (inputIsDone, outputIsDone, outcome);
    }

    /// <summary>Runs to the end of both directions, on the client's loop; to be awaited once. Never throws for what the peers do.</summary>
    public ValueTask<RelayOutcome> RunAsync()
    {
        var version = _end.Version;
        if (_loop.IsCurrent)
        {
            Start();
        }
        else
        {
            _isQueued = true;
            _loop.Post(this);
        }

        return new ValueTask<RelayOutcome>(this, version);
    }

    void ISocketPump.OnEvents(LoopStream stream, LoopEvents events)
    {
        if (!_loop.IsCurrent)
        {
            // It has left this loop. The one where it arrives tells of all that is there anew.
            return;
        }

        var ended = (events & (LoopEvents.HangUp | LoopEvents.Error)) != 0;
        var readable = ended || (events & (LoopEvents.Readable | LoopEvents.PeerEnded)) != 0;
        var writable = ended || (events & LoopEvents.Writable) != 0;
        ref var from = ref stream == _client ? ref _input : ref _output;
        ref var to = ref stream == _client ? ref _output : ref _input;
        from.IsReadable |= readable;
        to.IsWritable |= writable;
        if (_isQueued || !_isRunning)
        {
            return;
        }

        if (_input.IsBulk || _output.IsBulk)
        {
            // After the small ones that are ready too: a large move delays each of them, none of them delays it.
            _isQueued = true;
            _loop.DoAgain(this);
        }
        else
        {
            Advance();
        }
    }

    void ISocketPump.Closed()
    {
        _aborted = true;
        _loop.Post(this);
    }

    void ILoopWork.Run()
    {
        if (!_loop.IsCurrent)
        {
            // It has moved since.
            _loop.Post(this);
            return;
        }

        _isQueued = false;
        if (!_isRunning)
        {
            if (!_hasFinished)
            {
                Start();
            }
        }
        else if (_isMoving)
        {
            Arrive();
        }
        else if (_aborted)
        {
            Cut(RelayOutcome.Aborted);
        }
        else
        {
            Advance();
        }
    }

    RelayOutcome IValueTaskSource<RelayOutcome>.GetResult(short token) => _end.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<RelayOutcome>.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource<RelayOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _end.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected internal override void OnTimer()
    {
        if (!_lasts)
        {
            _lasts = true;
            _client.Lasts();
            _target.Lasts();
        }

        if (_idleTimeout == TimeSpan.Zero)
        {
            return;
        }

        // Set once per idle period, not per chunk: looks how long ago the last one was.
        var rest = _idleTimeout - _loop.Elapsed(_lastActivity);
        if (rest > TimeSpan.Zero)
        {
            _loop.Timers.Set(this, rest);
        }
        else
        {
            Cut(RelayOutcome.IdleTimeout);
        }
    }

    private void Start()
    {
        _holdsClient = _client.TryHold();
        _holdsTarget = _target.TryHold();
        if (!_holdsClient || !_holdsTarget)
        {
            Cut(RelayOutcome.Aborted);
            return;
        }

        _isRunning = true;
        _lastActivity = _loop.Now;
        try
        {
            _client.GiveTo(this, _loop);
            _target.GiveTo(this, _loop);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // No room for one more watched descriptor.
            Cut(RelayOutcome.Aborted);
            return;
        }

        SetTimer();
        _input.IsReadable = _client.MayHaveBytes;
        _output.IsReadable = _target.MayHaveBytes;

        // One that ended before it knew this pump did not tell it.
        if (_aborted || !_client.TryGetRawSocket(out _) || !_target.TryGetRawSocket(out _))
        {
            Cut(RelayOutcome.Aborted);
            return;
        }

        Advance();
    }

    /// <summary>The first look at the relay on a loop; each sets the next.</summary>
    private void SetTimer() => _loop.Timers.Set(this, _idleTimeout > TimeSpan.Zero && _idleTimeout < Lasting ? _idleTimeout : Lasting);

    /// <summary>Moves what can be moved, some of it at a time so that other flows get their turn.</summary>
    private void Advance()
    {
        var more = Advance(ref _input, isInput: true, out var taken) | Advance(ref _output, isInput: false, out var given);
        if (!_isRunning)
        {
            return;
        }

        if (_input.IsDone && _output.IsDone)
        {
            Finish();
        }
        else if (!TryMove(taken + given) && more)
        {
            _isQueued = true;
            _loop.DoAgain(this);
        }
    }

    private bool Advance(ref SocketFlow flow, bool isInput, out long read)
    {
        read = 0;
        if (flow.IsDone || !_isRunning)
        {
            return false;
        }

        var step = flow.Move(_loop, _buffers, out read, out var written);
        if ((read | written) != 0)
        {
            _lastActivity = _loop.Now;

            // Input is counted when read from the client, output when written to it.
            if (isInput)
            {
                _counters.AddInput(read);
            }
            else
            {
                _counters.AddOutput(written);
            }
        }

        switch (step)
        {
            case SocketStep.Ended:
                Conclude(isInput ? RelayOutcome.ClientEnded : RelayOutcome.TargetEnded);
                flow.IsDone = true;
                flow.To.CompleteWrites();
                return false;
            case SocketStep.ReadFailed:
                Cut(isInput ? RelayOutcome.ClientFailed : RelayOutcome.TargetFailed);
                return false;
            case SocketStep.WriteFailed:
                // A peer that takes no more may have sent an answer before it closed: what the socket has received of it is still passed on, and the
                // opposite direction ends by itself, since the connection is dead.
                Conclude(isInput ? RelayOutcome.TargetFailed : RelayOutcome.ClientFailed);
                flow.Discard(_loop, _buffers);
                flow.IsDone = true;
                return false;
            default:
                return step == SocketStep.More;
        }
    }

    private void Conclude(RelayOutcome outcome)
    {
        if (_outcome == RelayOutcome.None)
        {
            _outcome = outcome;
        }
    }

    /// <summary>Ends both directions now; what was written is still delivered.</summary>
    private void Cut(RelayOutcome outcome)
    {
        Conclude(outcome);
        _client.End();
        _target.End();
        Finish();
    }

    private void Finish()
    {
        (_isRunning, _hasFinished) = (false, true);
        _loop.Timers.Remove(this);
        _input.Discard(_loop, _buffers);
        _output.Discard(_loop, _buffers);
        _client.GiveTo(null, _client.Loop);
        _target.GiveTo(null, _target.Loop);
        if (_holdsClient)
        {
            _client.Handle.DangerousRelease();
        }

        if (_holdsTarget)
        {
            _target.Handle.DangerousRelease();
        }

        // Last: who waits goes on within, and may dispose the streams.
        _end.SetResult(_outcome);
    }
}

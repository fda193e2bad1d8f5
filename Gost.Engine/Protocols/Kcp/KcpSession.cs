using System.Net;
using Gost.Engine.Protocols.Kcp.Arq;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Engine.Runtime;
using Gost.Streams;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// One conversation with a peer as a stream of bytes each way. It has no thread: what comes in, what is written and a timer that is armed for the next
/// time-out drive it. Any thread; one reader and one writer, which go on on the thread that brought what they wait for. Source:
/// spec/wire/transports.md section 7.
/// </summary>
/// <remarks>KCP says nothing when a conversation ends: a peer is gone when it is silent although something waits to be acknowledged.</remarks>
internal sealed partial class KcpSession : ISegmentSink
{
    /// <summary>A peer that says nothing for so long although it has something to acknowledge is gone.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(20);

    /// <summary>A session without any datagram from the peer for so long ends.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromHours(1);

    // What is left to be sent when a session is closed gets this long.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    // Refusals in a row, without any datagram between, after which the peer's program is gone.
    private const int MaxRefusals = 5;

    // A burst that has brought so many segments is acknowledged before they are read, as the far end may be waiting, unless that would close the window.
    private const int AcknowledgeFirst = 8;

    private readonly Lock _openGate = new();
    private readonly Lock _gate = new();
    private readonly KcpArq _arq;
    private readonly IPacketCodec _codec;
    private readonly IPacketOutput _output;
    private readonly PacketBatch _batch;
    private readonly KcpClock _clock;
    private readonly TimeProvider _time;
    private readonly Action<KcpSession> _ended;
    private readonly PendingCall _reader;
    private readonly PendingCall _writer;
    private readonly PendingCall _drain;
    private readonly ITimer _timer;
    private Memory<byte> _readBuffer;
    private ReadOnlyMemory<byte> _writeRest;
    private Exception? _fault;
    private uint _lastReceived;
    private uint _waitsSince;
    private uint _armedFor;
    private int _refusals;
    private Task _unblocking = Task.CompletedTask;
    private bool _isArmed;
    private bool _isBlocked;
    private bool _isFinished;
    private bool _hasReceived;
    private bool _wasHeard;
    private volatile bool _isOver;

    /// <summary>
    /// A session that takes over <paramref name="codec"/> and borrows <paramref name="output"/>; <paramref name="ended"/> is called once when it is over,
    /// on any thread.
    /// </summary>
    public KcpSession(
        uint conversation, KcpOptions options, IPacketCodec codec, IPacketOutput output, EngineServices engine, EndPoint? local, EndPoint? remote,
        Action<KcpSession> ended)
    {
        (_codec, _output, _time, _ended) = (codec, output, engine.Time, ended);
        (LocalEndPoint, RemoteEndPoint) = (local, remote);
        _arq = new KcpArq(conversation, options, codec.Overhead, engine.Buffers);
        _batch = new PacketBatch(engine.Buffers);
        _clock = new KcpClock(engine.Time);
        _reader = new PendingCall(_gate);
        _writer = new PendingCall(_gate);
        _drain = new PendingCall(_gate);
        _timer = engine.Time.CreateTimer(static x => ((KcpSession)x!).OnTimer(), this, IdleLimit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>This end's address.</summary>
    public EndPoint? LocalEndPoint { get; }

    /// <summary>The peer's address.</summary>
    public EndPoint? RemoteEndPoint { get; }

    /// <summary>CONV.</summary>
    public uint Conversation => _arq.Conversation;

    /// <summary>Whether the peer has acknowledged something, so that it is where its datagrams say it is.</summary>
    public bool IsEstablished => Volatile.Read(ref _wasHeard);

    /// <summary>Whether the session has ended.</summary>
    public bool IsOver => _isOver;

    /// <summary>Ends after the session, when what carried it alone is closed; never faults. Set by whoever made the session.</summary>
    public Task WayClosed { get; set; } = Task.CompletedTask;

    /// <summary>Segments that were sent again.</summary>
    public long Resent => _arq.Resent;

    /// <summary>
    /// Reads what has come in sequence, or waits for it; into an empty buffer: waits only. 0 = the session was closed. Throws <see cref="IOException"/>.
    /// </summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Wakes wakes = default;
        int count;
        lock (_gate)
        {
            if (_isOver || _isFinished)
            {
                return _fault is null ? new ValueTask<int>(0) : ValueTask.FromException<int>(Ended());
            }

            if (!_arq.HasData)
            {
                var token = Begin(_reader, cancellationToken);
                _readBuffer = buffer;
                return new ValueTask<int>(_reader, token);
            }

            count = _arq.Read(buffer.Span);
            if (_arq.IsTellDue)
            {
                Flush(ref wakes);
            }
        }

        Run(wakes);
        return new ValueTask<int>(count);
    }

    /// <summary>Sends bytes as far as the window allows and waits until the rest has room. Throws <see cref="IOException"/>.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Wakes wakes = default;
        ValueTask written = default;
        lock (_gate)
        {
            if (_isOver || _isFinished)
            {
                return ValueTask.FromException(Ended());
            }

            var rest = bytes[_arq.Write(bytes.Span)..];
            if (!rest.IsEmpty)
            {
                written = new ValueTask(_writer, Begin(_writer, cancellationToken));
                _writeRest = rest;
            }

            Flush(ref wakes);
        }

        Run(wakes);
        return written;
    }

    /// <summary>
    /// Waits until everything written was acknowledged; then reads end, as KCP has no end of one direction and nobody who wants the other one to go on
    /// calls this.
    /// </summary>
    public ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        Wakes wakes = default;
        ValueTask finished = default;
        lock (_gate)
        {
            if (_isOver || _isFinished)
            {
                return ValueTask.CompletedTask;
            }

            finished = new ValueTask(_drain, Begin(_drain, cancellationToken));
            Settle(ref wakes);
        }

        Run(wakes);
        return finished;
    }

    /// <summary>Sends what is left, for a bounded time, and ends the session.</summary>
    public async ValueTask CloseAsync()
    {
        try
        {
            await FinishAsync(CancellationToken.None).AsTask().WaitAsync(Linger, _time);
        }
        catch (Exception)
        {
            // Slow or broken: what is left is lost.
        }

        End(null);
        await WayClosed;
        await _unblocking;
    }

    /// <summary>Ends the session now: what waits fails with <paramref name="fault"/>, or ends when it is null. Any thread, idempotent.</summary>
    public void End(Exception? fault)
    {
        bool reads, writes, drains;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _fault = fault;
            (reads, writes, drains) = (_reader.TryTake(), _writer.TryTake(), _drain.TryTake());
            (_readBuffer, _writeRest) = (default, default);
        }

        _timer.Dispose();
        lock (_openGate)
        {
            lock (_gate)
            {
                _arq.Close();
                _codec.Dispose();
                if (!_isBlocked)
                {
                    _batch.Clear();
                }
            }
        }

        _ended(this);
        if (reads && fault is null)
        {
            _reader.SetResult(0);
        }
        else if (reads)
        {
            _reader.SetException(Ended());
        }

        if (writes)
        {
            _writer.SetException(Ended());
        }

        if (drains)
        {
            _drain.SetException(Ended());
        }
    }

    private static short Begin(PendingCall call, CancellationToken cancellationToken) =>
        call.IsWaiting ? throw new InvalidOperationException("a stream has one reader and one writer at a time") : call.Begin(cancellationToken);

    private IOException Ended() => new(_fault?.Message ?? "the KCP session was closed", _fault);
}

using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// Many streams over one: smux v1 or v2 in either role. Thread-safe. Owns the transport. Source: spec/wire/mux.md.
/// </summary>
/// <remarks>
/// One stalled stream never stops the others where the peer keeps to windows: version 2, or any version between two of ours, which is said by a NOP
/// with a stream id as first frame (GOST drops it). Towards GOST in version 1 nothing on the wire can hold back one stream: the session reads on for
/// the others until <see cref="SmuxOptions.MaxReceiveBuffer"/> bytes wait, then stops; when nobody takes anything for the keepalive timeout, the
/// stream that holds most is cut, so that the others go on.
/// </remarks>
internal sealed partial class SmuxSession : IStreamSession
{
    /// <summary>Streams that wait to be accepted; further ones are refused.</summary>
    public const int Backlog = 1024;

    /// <summary>Streams of the peer's that may be open.</summary>
    public const int MaxStreams = 65_536;

    // Streams that keep to windows may hold this many times the receive buffer before reading stops: the windows bound each of them.
    private const int WindowedShare = 16;

    // What is left of a session that is closed properly gets this long to reach the peer.
    private static readonly TimeSpan GracefulClose = TimeSpan.FromSeconds(1);

    private readonly DuplexStream _transport;
    private readonly SmuxOptions _options;
    private readonly EngineServices _engine;
    private readonly bool _isClient;
    private readonly bool _accepts;
    private readonly ConcurrentDictionary<uint, SmuxStream> _streams = new();
    private readonly Channel<SmuxStream> _accepted = Channel.CreateBounded<SmuxStream>(Backlog);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private Task _closing = Task.CompletedTask;
    private ITimer? _keepAlive;
    private Exception? _fault;
    private uint _lastId;
    private int _count;
    private bool _exhausted;
    private volatile bool _closesWhenIdle;
    private volatile bool _ended;
    private volatile bool _peerKeepsDirections;
    private volatile bool _peerSpoke;

    private SmuxSession(DuplexStream transport, SmuxOptions options, bool isClient, EngineServices engine, bool accepts)
    {
        (_transport, _options, _isClient, _engine, _accepts) = (transport, options, isClient, engine, accepts);

        // Ids go up by two before they are used: 3 is the first of a client, 2 that of a server.
        _lastId = isClient ? 1u : 0u;
        LastReceived = engine.Time.GetTimestamp();
        Budget = new ReceiveBudget(options.Version > 1 ? (long)options.MaxReceiveBuffer * WindowedShare : options.MaxReceiveBuffer);
        Writer = new SmuxWriter(transport, options, engine.Buffers, this, announcesAtOnce: !isClient);
        LocalEndPoint = transport.LocalEndPoint;
        RemoteEndPoint = transport.RemoteEndPoint;
    }

    /// <summary>Ends when the session has ended, whoever ended it; never faults.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Why it ended, null while it lives or when it was closed properly.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>Streams that are open now.</summary>
    public int StreamCount => Volatile.Read(ref _count);

    /// <summary>Timestamp (of the engine's <see cref="TimeProvider"/>) of the last bytes received.</summary>
    public long LastReceived { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); }

    /// <summary>Whether <see cref="OpenStreamAsync"/> may succeed.</summary>
    public bool CanOpen => !_ended && !_closesWhenIdle && !Volatile.Read(ref _exhausted);

    /// <summary>Whether the peer has announced that it keeps the directions of a stream apart: one of our own.</summary>
    public bool PeerKeepsDirections => _peerKeepsDirections;

    /// <summary>The same, or nothing was heard of the peer yet: NOPs that only one of our own understands do no harm.</summary>
    public bool PeerMayKeepDirections => _peerKeepsDirections || !_peerSpoke;

    /// <summary>Whether windows hold in both directions: version 2, or a peer of our own.</summary>
    public bool IsFlowControlled => _options.Version > 1 || _peerKeepsDirections;

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    internal SmuxWriter Writer { get; }

    internal ReceiveBudget Budget { get; }

    /// <summary>
    /// Starts a session over <paramref name="transport"/>, which it takes over. <paramref name="isClient"/>: opens odd ids, else even ones.
    /// <paramref name="accepts"/> false: streams of the peer's are refused.
    /// </summary>
    public static SmuxSession Start(DuplexStream transport, SmuxOptions options, bool isClient, EngineServices engine, bool accepts = true)
    {
        SmuxSession session = new(transport, options, isClient, engine, accepts);
        lock (session.Writer.Gate)
        {
            // Within the gate, which they take before they end anything: the tasks are stored by then.
            session._reading = session.ReceiveAsync();
            session._writing = session.Writer.RunAsync();
            if (options.KeepAliveInterval > TimeSpan.Zero)
            {
                session._keepAlive = engine.Time.CreateTimer(
                    static x => ((SmuxSession)x!).OnKeepAliveDue(), session, options.KeepAliveInterval, options.KeepAliveInterval);
            }
        }

        return session;
    }

    /// <summary>
    /// Makes a dialer that keeps one session per node over what <paramref name="transport"/> dials. Source: spec/wire/mux.md section 7.
    /// </summary>
    public static SessionDialer CreateDialer(IDialer transport, SmuxOptions options, EngineServices engine) => new(
        async (node, cancellationToken) => Start(await transport.DialAsync(node, cancellationToken), options, isClient: true, engine, accepts: false), engine);

    /// <summary>Opens a stream; the caller owns it. Throws <see cref="FlowException"/> (handshake) when the session has ended or is out of ids.</summary>
    /// <remarks>The peer hears of it with the first write, or with the first read that finds nothing.</remarks>
    public ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Writer.Gate)
        {
            if (!CanOpen)
            {
                var reason = Fault is { } fault ? $": {fault.Message}" : "";
                throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"the multiplexed session has ended{reason}", Fault);
            }

            if (_lastId > uint.MaxValue - 2)
            {
                _exhausted = true;
                throw new FlowException(FlowLayer.Handshake, FlowError.Failed, "the multiplexed session is out of stream ids");
            }

            _lastId += 2;
            return new ValueTask<DuplexStream>(Add(_lastId, openDue: true));
        }
    }

    /// <summary>The next stream that the peer opened, which the caller owns; null when the session has ended.</summary>
    public async ValueTask<DuplexStream?> AcceptStreamAsync(CancellationToken cancellationToken)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var stream))
            {
                return stream;
            }
        }

        return null;
    }

    /// <summary>No more streams are opened or accepted; ends when the last one has.</summary>
    public void CloseWhenIdle()
    {
        _closesWhenIdle = true;
        EndIfIdle();
    }

    /// <summary>Ends the session with all its streams; without any, what was sent still reaches the peer.</summary>
    public async ValueTask DisposeAsync()
    {
        End(StreamCount == 0 ? null : new IOException("the multiplexed session was closed"));
        await Completion;
    }

    /// <summary>The transport takes no more.</summary>
    internal void OnTransportFailed(Exception reason) => End(reason);

    /// <summary>Everything that was scheduled is in the transport's hands.</summary>
    internal void OnWriterIdle()
    {
        if (_closesWhenIdle)
        {
            EndIfIdle();
        }
    }

    /// <summary>Forgets a stream of which nothing remains to be sent or awaited. Under the writer's gate.</summary>
    internal void RemoveIfOver(SmuxOutgoing outgoing)
    {
        if (outgoing.IsOver && _streams.TryRemove(new KeyValuePair<uint, SmuxStream>(outgoing.Id, outgoing.Stream)))
        {
            Volatile.Write(ref _count, _count - 1);
        }
    }

    /// <summary>The reader of a stream has taken bytes.</summary>
    internal void QueueUpdate(SmuxOutgoing outgoing, uint consumed, int window)
    {
        bool wake;
        lock (Writer.Gate)
        {
            wake = outgoing.QueueUpdate(consumed, window);
        }

        if (wake)
        {
            Writer.Wake();
        }
    }

    /// <summary>The reader of a stream has seen the end: a peer that keeps no directions apart takes nothing any more.</summary>
    internal void OnEndSeen(SmuxOutgoing outgoing)
    {
        if (!_peerKeepsDirections)
        {
            lock (Writer.Gate)
            {
                outgoing.Fail(new IOException("the far end has closed the stream"));
            }
        }
    }

    private SmuxStream Add(uint id, bool openDue)
    {
        SmuxStream stream = new(this, id, openDue, _options, _engine);
        _streams[id] = stream;
        Volatile.Write(ref _count, _count + 1);
        return stream;
    }

    private void EndIfIdle()
    {
        lock (Writer.Gate)
        {
            if (_count > 0 || !Writer.IsIdle)
            {
                return;
            }
        }

        End(null);
    }

    private void End(Exception? fault)
    {
        SmuxStream[] streams;
        lock (Writer.Gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            Volatile.Write(ref _fault, fault);
            streams = [.. _streams.Values];
            _streams.Clear();
            Volatile.Write(ref _count, 0);
            _keepAlive?.Dispose();
        }

        var error = fault ?? new IOException("the multiplexed session was closed");
        foreach (var stream in streams)
        {
            stream.OnSessionEnded(error);
        }

        _accepted.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out var unaccepted))
        {
            unaccepted.Dispose();
        }

        Writer.Close();
        Budget.Lift();
        lock (Writer.Gate)
        {
            _closing = CloseAsync(fault);
        }
    }

    private async Task CloseAsync(Exception? fault)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (fault is null)
            {
                await FinishAsync().WaitAsync(GracefulClose, _engine.Time);
            }
        }
        catch (Exception)
        {
            // Slow or broken: it is cut below.
            fault = new IOException("the far end did not take the end of the multiplexed session");
        }

        try
        {
            if (fault is not null)
            {
                _transport.Abort(fault);
            }

            await _transport.DisposeAsync();
        }
        catch (Exception)
        {
            // What a transport says when it is closed helps nobody.
        }

        await _reading;
        await _writing;
        _completion.TrySetResult();
    }

    /// <summary>Ends our direction behind everything that was sent and reads to the peer's end, so that nothing on the way is lost by a reset.</summary>
    private async Task FinishAsync()
    {
        await _writing;
        await _transport.CompleteWritesAsync(CancellationToken.None);
        await _reading;
    }
}

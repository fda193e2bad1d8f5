using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>
/// The KCP protocol of one conversation: bytes to segments, acknowledgements, repetition, windows. Knows neither sockets nor clocks: whoever drives it
/// says what time it is, in milliseconds modulo 2^32. Not thread-safe. Source: spec/wire/transports.md section 7.4.
/// </summary>
/// <remarks>
/// Where it does not show on the wire it does better than GOST: what is acknowledged lets the next segments go at once instead of at the next tick; a loss
/// is found by what was sent later and has arrived, also with <c>resend</c> 0; all losses of a window shrink the congestion window once.
/// </remarks>
internal sealed partial class KcpArq
{
    /// <summary>Bytes that may wait for room in the window, in segments: one write of the multiplexer.</summary>
    public const int WaitingSegments = 100;

    // What GOST calls a fast resend after, where its own option says never.
    private const int DefaultResend = 3;

    // A peer's segments may be as long as its MTU allows, which is at most this.
    private const int LargestPacket = 1500;

    // How much later what was overtaken is repeated: grows by a quarter of a millisecond for each repetition in vain, and fades with those in need.
    private const int ReorderingUnit = 64;
    private const int ReorderingStep = 16;

    // Until the peer has said: what every KCP begins with.
    private const int InitialRemoteWindow = 32;

    private readonly KcpOptions _options;
    private readonly SegmentStore _store;
    private readonly SendQueue _sends;
    private readonly ReceiveWindow _receives;
    private readonly RoundTrip _roundTrip;
    private readonly CongestionWindow _congestion;
    private readonly WindowProbe _probe = new();
    private readonly AckList _acks = new();
    private readonly int _resend;
    private readonly uint _firstNumber;
    private uint _order;
    private uint _nextTimeOut;
    private bool _timesOut;
    private bool _hasOvertaken;
    private bool _askDue;
    private bool _tellDue;
    private int _reordering;
    private int _remoteWindow = InitialRemoteWindow;
    private uint _remoteUnacknowledged;
    private int _advertised;

    /// <summary>
    /// A conversation in which nothing was sent; <paramref name="overhead"/>: bytes before the segments of a datagram; <paramref name="firstNumber"/>: 0,
    /// but for tests.
    /// </summary>
    public KcpArq(uint conversation, KcpOptions options, int overhead, BufferPool buffers, uint firstNumber = 0)
    {
        (Conversation, _options, _firstNumber, _remoteUnacknowledged) = (conversation, options, firstNumber, firstNumber);
        var segmentSize = options.Mtu - overhead - SegmentHeader.Size;
        _store = new SegmentStore(buffers, Math.Max(LargestPacket, options.Mtu));
        _sends = new SendQueue(segmentSize, options.SendWindow + WaitingSegments, _store, firstNumber);
        _receives = new ReceiveWindow(options.ReceiveWindow, _store, firstNumber);
        _roundTrip = new RoundTrip(options.NoDelay, options.Interval);
        _congestion = new CongestionWindow(options.NoCongestion, options.SendWindow);
        _resend = options.Resend > 0 ? options.Resend : DefaultResend;
        _advertised = options.ReceiveWindow;
    }

    /// <summary>CONV.</summary>
    public uint Conversation { get; }

    /// <summary>Whether <see cref="Read"/> gives something.</summary>
    public bool HasData => _receives.Readable > 0;

    /// <summary>Whether everything written was acknowledged.</summary>
    public bool IsDrained => _sends.IsEmpty;

    /// <summary>Whether something is under way.</summary>
    public bool IsUnacknowledged => _sends.UnderWay > 0;

    /// <summary>Whether the far end has acknowledged anything: it receives what is sent to its address.</summary>
    public bool IsHeard => _sends.First != _firstNumber;

    /// <summary>Whether the far end is to be told that the window is open again.</summary>
    public bool IsTellDue => _tellDue;

    /// <summary>Whether at least half of the receive window is free.</summary>
    public bool IsWide => _receives.Free >= _receives.Size / 2;

    /// <summary>Acknowledgements that are due.</summary>
    public int AcksDue => _acks.Count;

    /// <summary>Smoothed round trip, milliseconds.</summary>
    public int SmoothedRoundTrip => _roundTrip.Smoothed;

    /// <summary>Segments that were sent again.</summary>
    public long Resent { get; private set; }

    /// <summary>Bytes rented for segments, in slots.</summary>
    public int SlotsUsed => _store.Used;

    /// <summary>Takes bytes that are to be sent; gives how many there was room for.</summary>
    public int Write(ReadOnlySpan<byte> bytes) => _sends.Write(bytes);

    /// <summary>Reads what has come in sequence; 0 = nothing. A window that was nearly closed and is open again is told with the next flush.</summary>
    public int Read(Span<byte> buffer)
    {
        var count = _receives.Read(buffer);
        if (_advertised < _receives.Size / 4 && _receives.Free >= _receives.Size / 2)
        {
            _tellDue = true;
            _advertised = _receives.Free;
        }

        return count;
    }

    /// <summary>Takes the segments of one datagram. False: they are another conversation's or no segments; what came before the fault holds.</summary>
    public bool Input(ReadOnlySpan<byte> segments, uint now)
    {
        var isValid = segments.Length >= SegmentHeader.Size;
        var taken = 0;
        uint? highest = null;
        uint echoed = 0;
        while (segments.Length >= SegmentHeader.Size)
        {
            var header = SegmentHeader.Read(segments);
            segments = segments[SegmentHeader.Size..];
            if (header.Conversation != Conversation || header.Length > segments.Length
                || header.Command is < SegmentCommand.Push or > SegmentCommand.WindowTell)
            {
                isValid = false;
                break;
            }

            // A datagram that was overtaken says how it was before.
            if ((int)(header.Unacknowledged - _remoteUnacknowledged) >= 0 && (int)(header.Unacknowledged - _sends.Next) <= 0)
            {
                (_remoteUnacknowledged, _remoteWindow) = (header.Unacknowledged, header.Window);
            }

            switch (header.Command)
            {
                case SegmentCommand.Ack:
                    if ((int)(header.Number - _sends.Next) < 0 && (highest is null || (int)(header.Number - highest.Value) >= 0))
                    {
                        highest = header.Number;
                    }

                    echoed = header.Timestamp;
                    LearnReordering(header);
                    taken += _sends.TakeOne(header.Number) ? 1 : 0;
                    break;
                case SegmentCommand.Push when _receives.Acknowledges(header.Number):
                    _acks.Add(header.Number, header.Timestamp);
                    _receives.Add(header.Number, segments[..(int)header.Length]);
                    break;
                case SegmentCommand.WindowAsk:
                    _tellDue = true;
                    break;
            }

            taken += _sends.TakeBelow(header.Unacknowledged);
            segments = segments[(int)header.Length..];
        }

        if (highest is { } last)
        {
            _roundTrip.Add((int)(now - echoed));
            CountOvertaken(last);
        }

        _sends.Trim();
        if (taken > 0)
        {
            _congestion.OnTaken(taken, _sends.First);
        }

        return isValid;
    }

    /// <summary>
    /// Sends what is due: acknowledgements, then window messages, then repetitions and what the windows let go. False: <paramref name="batch"/> is full and
    /// there is more, for another call.
    /// </summary>
    public bool Flush(uint now, IPacketCodec codec, PacketBatch batch)
    {
        PacketBuilder packets = new(codec, batch, _options.Mtu);
        SegmentHeader header = new(
            Conversation, SegmentCommand.Ack, (ushort)Math.Clamp(_receives.Free, 0, ushort.MaxValue), 0, 0, _receives.Next, 0);
        _advertised = _receives.Free;
        var isDone = FlushAcks(header, ref packets, batch) && FlushProbes(now, header, ref packets) && FlushData(now, header, ref packets, batch);
        packets.Seal();
        return isDone;
    }

    /// <summary>When <see cref="Flush"/> has something to do if nothing happens before; null = never.</summary>
    public uint? DueAt()
    {
        uint? due = _timesOut && _sends.UnderWay > 0 ? _nextTimeOut : null;
        return _probe.IsActive && (due is null || (int)(_probe.DueAt - due.Value) < 0) ? _probe.DueAt : due;
    }

    /// <summary>Gives all buffers back; the conversation is over.</summary>
    public void Close() => _store.Clear();

    /// <summary>Counts, for what is missing below an acknowledged number, how many later transmissions have arrived. Once per datagram.</summary>
    private void CountOvertaken(uint highest)
    {
        if ((int)(highest - _sends.First) < 0)
        {
            return;
        }

        var (arrived, newest) = (0, 0u);
        for (var number = highest; (int)(number - _sends.First) >= 0; number--)
        {
            ref var segment = ref _sends[number];
            if (segment.IsNewlyTaken)
            {
                segment.IsNewlyTaken = false;
                newest = arrived == 0 || (int)(segment.Order - newest) > 0 ? segment.Order : newest;
                arrived++;
            }
            else if (!segment.IsTaken && arrived > 0 && (int)(segment.Order - newest) < 0)
            {
                segment.Overtaken += arrived;
                _hasOvertaken |= segment.Overtaken >= _resend;
            }
        }
    }

    /// <summary>
    /// An acknowledgement says by its timestamp which transmission has arrived. When it is not the last one, that was sent too early: segments overtake each
    /// other, and the next ones are given more time, up to half a round trip.
    /// </summary>
    private void LearnReordering(in SegmentHeader ack)
    {
        if ((int)(ack.Number - _sends.First) < 0 || (int)(ack.Number - _sends.Next) >= 0)
        {
            return;
        }

        ref var segment = ref _sends[ack.Number];
        if (segment is { IsTaken: false, Transmissions: > 1 })
        {
            _reordering = ack.Timestamp != segment.Timestamp
                ? Math.Min(_reordering + ReorderingStep, _roundTrip.Smoothed * ReorderingUnit / 2)
                : _reordering - (_reordering / ReorderingUnit);
        }
    }
}

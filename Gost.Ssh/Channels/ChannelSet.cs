using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Channels;

/// <summary>The channels of a connection by the numbers we have given them, and those the peer wants to open. Thread-safe. Source: RFC 4254 section 5.</summary>
internal sealed class ChannelSet
{
    private readonly Lock _gate = new();
    private readonly int _most;
    private readonly int _backlog;
    private readonly Channel<SshChannelOpening> _openings;
    private readonly Action _idle;
    private readonly Stack<uint> _free = new();
    private SshChannel?[] _channels = new SshChannel?[8];
    private uint _used;
    private int _live;
    private int _unanswered;
    private Exception? _ended;

    public ChannelSet(IPacketTransport transport, ControlQueue control, SshConnectionOptions options, Action idle)
    {
        (Transport, Control, _idle) = (transport, control, idle);
        _most = Math.Clamp(options.MaxChannels, 1, ChannelLimits.MostChannels);
        _backlog = Math.Max(0, options.ChannelBacklog);
        _openings = Channel.CreateBounded<SshChannelOpening>(new BoundedChannelOptions(Math.Max(1, _backlog)) { SingleReader = false, SingleWriter = true });
    }

    public IPacketTransport Transport { get; }

    public ControlQueue Control { get; }

    /// <summary>Channels the application holds or waits for.</summary>
    public int Live => Volatile.Read(ref _live);

    /// <summary>Channels of the peer that were not yet accepted; completes when the connection ends.</summary>
    public ChannelReader<SshChannelOpening> Openings => _openings.Reader;

    /// <summary>A channel with a number of ours that the peer is to be asked for. Throws <see cref="SshException"/> when there are too many.</summary>
    public SshChannel Prepare()
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                throw new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, _ended.Message, _ended);
            }

            if (Occupied + _unanswered >= _most)
            {
                throw new SshException(SshFailure.Refused, SshDisconnectReason.TooManyConnections, $"the SSH connection has {_most} channels, which are the most")
                {
                    Refusal = SshOpenRefusal.ResourceShortage,
                };
            }

            return Add(ours: true);
        }
    }

    /// <summary>Opens a channel for the peer.</summary>
    public SshChannel Accept(uint remoteId, uint window, int packet)
    {
        SshChannel channel;
        Exception? ended;
        lock (_gate)
        {
            ended = _ended;
            channel = Add(ours: false);
        }

        if (ended is null)
        {
            channel.Outgoing.Confirm(remoteId, window, packet);
        }
        else
        {
            channel.OnConnectionEnded(ended);
        }

        return channel;
    }

    /// <summary>Tells the peer that its channel is not opened.</summary>
    public void Refuse(uint remoteId, SshOpenRefusal reason, string text) => Control.Add(new ControlMessage(
        new SshWriter(MessageNumber.ChannelOpenFailure).WriteUInt32(remoteId).WriteUInt32((uint)reason).WriteText(text).WriteText("").Written));

    /// <summary>The application has answered an opening.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _unanswered--;
        }
    }

    /// <summary>Puts a channel of the peer where the application accepts it, or refuses it.</summary>
    public void Offer(string type, ReadOnlySpan<byte> data, uint remoteId, uint window, int packet)
    {
        if (type is "session" or "x11" or "auth-agent@openssh.com")
        {
            Refuse(remoteId, SshOpenRefusal.AdministrativelyProhibited, "only forwarding is served here");
            return;
        }

        if (_backlog == 0)
        {
            Refuse(remoteId, SshOpenRefusal.AdministrativelyProhibited, "no channels are taken here");
            return;
        }

        bool fits;
        lock (_gate)
        {
            fits = Occupied + _unanswered < _most;
            _unanswered++;
        }

        SshChannelOpening opening = new(this, type, data.ToArray(), remoteId, window, packet);
        if (!fits || !_openings.Writer.TryWrite(opening))
        {
            Answered();
            Refuse(remoteId, SshOpenRefusal.ResourceShortage, "too many channels");
        }
    }

    /// <summary>The channel with a number of ours.</summary>
    public bool TryFind(uint localId, [NotNullWhen(true)] out SshChannel? channel)
    {
        lock (_gate)
        {
            channel = localId < _used ? _channels[localId] : null;
            return channel is not null;
        }
    }

    /// <summary>The number of a channel is free.</summary>
    public void Remove(SshChannel channel)
    {
        lock (_gate)
        {
            if (channel.LocalId < _used && ReferenceEquals(_channels[channel.LocalId], channel))
            {
                _channels[channel.LocalId] = null;
                _free.Push(channel.LocalId);
            }
        }
    }

    /// <summary>The application has let go of a channel, or never got it.</summary>
    public void Released()
    {
        if (Interlocked.Decrement(ref _live) == 0)
        {
            _idle();
        }
    }

    /// <summary>The connection is over, for every channel.</summary>
    public void End(Exception reason)
    {
        SshChannel[] channels;
        lock (_gate)
        {
            _ended ??= reason;
            channels = [.. _channels.OfType<SshChannel>()];
            Array.Clear(_channels);
        }

        _openings.Writer.TryComplete();
        foreach (var channel in channels)
        {
            channel.OnConnectionEnded(reason);
        }
    }

    private int Occupied => (int)_used - _free.Count;

    private SshChannel Add(bool ours)
    {
        var window = ChannelLimits.WindowBeside(Occupied);
        if (!_free.TryPop(out var id))
        {
            id = _used++;
            if (id == _channels.Length)
            {
                Array.Resize(ref _channels, _channels.Length * 2);
            }
        }

        SshChannel channel = new(this, id, window, ours);
        _channels[id] = _ended is null ? channel : null;
        Interlocked.Increment(ref _live);
        return channel;
    }
}

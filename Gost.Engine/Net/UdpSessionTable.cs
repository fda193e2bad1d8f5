using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>The sessions of one UDP socket by client address. Source: spec/forwarding.md section 6.</summary>
/// <remarks>The receive loop delivers, one call at a time; one timer looks for idle sessions; sessions remove themselves from any thread.</remarks>
internal sealed class UdpSessionTable : IDisposable
{
    private readonly Socket _socket;
    private readonly EndPoint? _local;
    private readonly DescriptorReserve _descriptors;
    private readonly DropReport _drops;
    private readonly ConcurrentDictionary<SocketAddress, UdpSession> _sessions = new();
    private readonly Lock _sweepGate = new();
    private readonly ITimer _sweep;
    private UdpAttachment? _shortOfDescriptors;
    private TimeSpan _ttl;
    private bool _sweeping;
    private bool _disposed;
    private int _pending;

    /// <summary>An empty table; borrows the bound socket.</summary>
    public UdpSessionTable(Socket socket, DescriptorReserve descriptors, TimeProvider time, ILogger logger)
    {
        (_socket, _descriptors, _local) = (socket, descriptors, EndPointForms.Unmapped(socket.LocalEndPoint));
        _drops = new DropReport(_local, time, logger);
        _sweep = time.CreateTimer(static x => ((UdpSessionTable)x!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sessions that live.</summary>
    public int Count => _sessions.Count;

    /// <summary>Gives a datagram to the session of its client; false when the client has none.</summary>
    public bool TryDeliver(SocketAddress client, ReadOnlyMemory<byte> datagram)
    {
        if (!_sessions.TryGetValue(client, out var session))
        {
            return false;
        }

        switch (session.Deliver(datagram))
        {
            case UdpSession.Delivery.QueueFull:
                _drops.Add(session.Attachment.Sink, DropReason.QueueFull);
                return true;
            case UdpSession.Delivery.Closed:
                Remove(session);
                return false;
            default:
                return true;
        }
    }

    /// <summary>Opens a session with its first datagram and offers it; what cannot be taken is dropped.</summary>
    public void Open(SocketAddress client, ReadOnlyMemory<byte> datagram, UdpAttachment attachment)
    {
        if (Volatile.Read(ref _pending) >= attachment.Options.Backlog)
        {
            _drops.Add(attachment.Sink, DropReason.BacklogFull);
            return;
        }

        if (!_descriptors.HasRoom(1))
        {
            ReportShortage(attachment);
            return;
        }

        // The receive loop goes on writing into its own address: the key is a copy.
        var key = new SocketAddress(client.Family, client.Size);
        client.Buffer.Span[..client.Size].CopyTo(key.Buffer.Span);
        var peer = EndPointForms.Unmapped(PeerOf(key))!;
        var session = new UdpSession(this, key, attachment);
        Interlocked.Increment(ref _pending);
        session.Deliver(datagram);
        if (!session.Stateless)
        {
            Add(session, attachment.Options.Ttl);
        }

        if (!attachment.Sink.TryAccept(new Inbound(session, peer, peer, _local)))
        {
            session.Close();
        }
    }

    /// <summary>Sends from the shared socket.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken)
    {
        try
        {
            _socket.SendTo(payload.Span, SocketFlags.None, to);
            return ValueTask.CompletedTask;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return SendLaterAsync(payload, to, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <summary>A session's handler reads now, or never will.</summary>
    public void SettlePending() => Interlocked.Decrement(ref _pending);

    /// <summary>Forgets a session.</summary>
    public void Remove(UdpSession session) => _sessions.TryRemove(KeyValuePair.Create(session.ClientAddress, session));

    /// <summary>Applies the period of a new listener to the sessions that live, and tells it of a shortage that lasts.</summary>
    public void Attach(UdpAttachment attachment)
    {
        var ttl = attachment.Options.Ttl;
        lock (_sweepGate)
        {
            if (_shortOfDescriptors is not null)
            {
                _shortOfDescriptors = attachment;
                attachment.Sink.ReportFault(_descriptors.CreateFault());
            }

            if (_sweeping && ttl != _ttl)
            {
                _ttl = ttl;
                _sweep.Change(ttl, ttl);
            }
        }
    }

    /// <summary>Closes every session.</summary>
    public void Dispose()
    {
        lock (_sweepGate)
        {
            _disposed = true;
        }

        _sweep.Dispose();
        foreach (var session in _sessions)
        {
            session.Value.Close();
        }
    }

    private static IPEndPoint PeerOf(SocketAddress address) =>
        (IPEndPoint)new IPEndPoint(address.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Create(address);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendLaterAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken) =>
        await _socket.SendToAsync(payload, SocketFlags.None, to, cancellationToken);

    private void Add(UdpSession session, TimeSpan ttl)
    {
        lock (_sweepGate)
        {
            _sessions[session.ClientAddress] = session;
            StartSweep(ttl);
        }
    }

    private void StartSweep(TimeSpan ttl)
    {
        if (!_sweeping && !_disposed)
        {
            (_sweeping, _ttl) = (true, ttl);
            _sweep.Change(ttl, ttl);
        }
    }

    private void Sweep()
    {
        foreach (var (_, session) in _sessions)
        {
            if (session.MarkIdle())
            {
                session.Close();
            }
        }

        lock (_sweepGate)
        {
            if (_shortOfDescriptors is { } attachment && _descriptors.HasRoom(1))
            {
                _shortOfDescriptors = null;
                attachment.Sink.ReportFault(null);
            }

            // A socket without clients costs no timer.
            if (_sessions.IsEmpty && _shortOfDescriptors is null && !_disposed)
            {
                _sweeping = false;
                _sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void ReportShortage(UdpAttachment attachment)
    {
        _drops.Add(attachment.Sink, DropReason.OutOfDescriptors);
        lock (_sweepGate)
        {
            if (_shortOfDescriptors is not null)
            {
                return;
            }

            _shortOfDescriptors = attachment;
            StartSweep(attachment.Options.Ttl);
        }

        attachment.Sink.ReportFault(_descriptors.CreateFault());
    }
}

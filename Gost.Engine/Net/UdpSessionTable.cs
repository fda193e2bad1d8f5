using System.Collections.Concurrent;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>The sessions of one port, a UDP socket's or a tunnel's, by client. Source: spec/forwarding.md section 6.</summary>
/// <remarks>The receive loop delivers, one call at a time; one timer looks for idle sessions; sessions remove themselves from any thread.</remarks>
internal sealed class UdpSessionTable : IDisposable
{
    private readonly IDatagramPort _port;
    private readonly DescriptorReserve _descriptors;
    private readonly DropReport _drops;
    private readonly ConcurrentDictionary<object, UdpSession> _sessions = new();
    private readonly Lock _sweepGate = new();
    private readonly ITimer _sweep;
    private UdpAttachment? _shortOfDescriptors;
    private TimeSpan _ttl;
    private bool _sweeping;
    private bool _disposed;
    private int _pending;

    /// <summary>An empty table; borrows the port.</summary>
    public UdpSessionTable(IDatagramPort port, DescriptorReserve descriptors, TimeProvider time, ILogger logger)
    {
        (_port, _descriptors) = (port, descriptors);
        _drops = new DropReport(port.LocalEndPoint, time, logger);
        _sweep = time.CreateTimer(static x => ((UdpSessionTable)x!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sessions that live.</summary>
    public int Count => _sessions.Count;

    /// <summary>The way out that the sessions share.</summary>
    public IDatagramPort Port => _port;

    /// <summary>The session of a client, named in the port's form; null = none.</summary>
    public UdpSession? Find(object client) => _sessions.GetValueOrDefault(client);

    /// <summary>Datagrams of a client were lost on their way to the target.</summary>
    public void CountDropped(UdpSession session, DropReason reason) => _drops.Add(session.Attachment.Sink, reason);

    /// <summary>Gives a datagram to the session of its client, named in the port's form; false when the client has none.</summary>
    public bool TryDeliver(object client, ReadOnlyMemory<byte> datagram)
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
    public void Open(object client, ReadOnlyMemory<byte> datagram, UdpAttachment attachment)
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

        var (key, peer) = _port.Identify(client);
        var session = new UdpSession(this, key, attachment);
        Interlocked.Increment(ref _pending);
        session.Deliver(datagram);
        if (!session.Stateless)
        {
            Add(session, attachment.Options.Ttl);
        }

        if (!attachment.Sink.TryAccept(new Inbound(session, peer, peer, _port.LocalEndPoint)))
        {
            session.Close();
        }
    }

    /// <summary>Sends from the shared port.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, object to, CancellationToken cancellationToken) =>
        _port.SendAsync(payload, to, cancellationToken);

    /// <summary>A session's handler reads now, or never will.</summary>
    public void SettlePending() => Interlocked.Decrement(ref _pending);

    /// <summary>Forgets a session.</summary>
    public void Remove(UdpSession session) => _sessions.TryRemove(KeyValuePair.Create(session.Client, session));

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

    private void Add(UdpSession session, TimeSpan ttl)
    {
        lock (_sweepGate)
        {
            _sessions[session.Client] = session;
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

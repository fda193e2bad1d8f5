using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// The sessions of a bound socket by the client's address. The receive loop delivers; sessions remove themselves from any thread. Source:
/// spec/wire/transports.md section 7.4.
/// </summary>
internal sealed class KcpClients(Socket socket, BatchSocket? batches, EngineServices engine)
{
    /// <summary>Sessions of one socket; further clients are not answered.</summary>
    public const int MaxSessions = 16_384;

    /// <summary>Sessions of clients that have acknowledged nothing yet, so that nobody knows whether they are where they say.</summary>
    public const int MaxUnproven = 1024;

    private readonly ConcurrentDictionary<PeerAddress, KcpSession> _sessions = new();
    private readonly List<KcpSession> _touched = [];
    private readonly SocketDatagramPort _port = new(socket);
    private readonly EndPoint? _local = EndPointForms.Unmapped(socket.LocalEndPoint);
    private readonly List<KcpSession> _unproven = [];
    private KcpSession? _last;
    private PeerAddress _lastAddress;
    private volatile bool _closed;

    /// <summary>Sessions that live.</summary>
    public int Count => _sessions.Count;

    /// <summary>Gives a datagram, which is changed, to the session of its sender, or begins one. The receive loop only.</summary>
    public void Deliver(ReadOnlySpan<byte> from, Span<byte> datagram, KcpAttachment? attachment)
    {
        var address = PeerAddress.Read(from, socket.AddressFamily);
        if (_last is not { IsOver: false } session || address != _lastAddress)
        {
            if (!_sessions.TryGetValue(address, out session))
            {
                Begin(address, from, datagram, attachment);
                return;
            }

            (_last, _lastAddress) = (session, address);
        }

        if (!session.Receive(datagram))
        {
            return;
        }

        Touch(session);
        if (session.Successor is { } segments && attachment is not null)
        {
            // The client's program was started again and has the same port.
            session.End(new IOException("the client began another conversation"));
            Open(address, PeerAddress.ToSocketAddress(from, socket.AddressFamily), attachment.Transport.CreateCodec(), segments, attachment);
        }
    }

    /// <summary>What was delivered since the last call takes effect. The receive loop only.</summary>
    public void EndBurst()
    {
        foreach (var session in _touched)
        {
            session.EndBurst();
        }

        _touched.Clear();
    }

    /// <summary>Ends every session; no further ones begin.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var (_, session) in _sessions)
        {
            session.End(new IOException("the listener was closed"));
        }
    }

    private void Touch(KcpSession session)
    {
        if (_touched.Count == 0 || (_touched[^1] != session && !_touched.Contains(session)))
        {
            _touched.Add(session);
        }
    }

    private void Begin(PeerAddress address, ReadOnlySpan<byte> from, Span<byte> datagram, KcpAttachment? attachment)
    {
        if (attachment is null || !attachment.Sink.IsOpen || !attachment.TryBegin(datagram, out _, out var codec))
        {
            return;
        }

        Open(address, PeerAddress.ToSocketAddress(from, socket.AddressFamily), codec, attachment.Segments, attachment);
    }

    private void Open(PeerAddress address, SocketAddress to, IPacketCodec codec, ReadOnlySpan<byte> segments, KcpAttachment attachment)
    {
        var peer = PeerAddress.ToEndPoint(to);
        if (!attachment.Admits(peer) || !HasRoom(attachment, peer) || !Arq.Beginning.TryRead(segments, out var conversation))
        {
            codec.Dispose();
            return;
        }

        IPacketOutput output = batches is null ? new PortOutput(_port, to) : new BatchOutput(socket, batches, to);
        KcpSession session = new(conversation, attachment.Transport.Options, codec, output, engine, _local, peer, x => Remove(address, x));
        _sessions[address] = session;
        _unproven.Add(session);
        session.OnSegments(segments);
        Touch(session);
        if (_closed || !attachment.TryAccept(session, peer))
        {
            session.End(null);
        }
    }

    private bool HasRoom(KcpAttachment attachment, EndPoint peer)
    {
        if (_unproven.Count >= MaxUnproven)
        {
            _unproven.RemoveAll(static x => x.IsOver || x.IsEstablished);
        }

        if (_unproven.Count < MaxUnproven && _sessions.Count < MaxSessions && engine.Descriptors.HasRoom(1))
        {
            return true;
        }

        attachment.Report(peer, "too many sessions");
        return false;
    }

    private void Remove(PeerAddress address, KcpSession session) => _sessions.TryRemove(KeyValuePair.Create(address, session));
}

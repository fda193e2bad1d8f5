using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Quic;

namespace Gost.Tests.Protocols.Quic;

/// <summary>Connections and streams in memory that behave as QUIC's do, as far as the adapter can see.</summary>
internal sealed class FakeQuicStack : IQuicStack
{
    private readonly ConcurrentDictionary<int, FakeQuicPort> _ports = [];
    private int _nextPort = 40_000;

    /// <summary>What <see cref="FindObstacle"/> says.</summary>
    public string? Obstacle { get; init; }

    /// <summary>How many streams a server allows.</summary>
    public int MaxStreams { get; init; } = 100;

    /// <summary>Connections in the order they were dialled: the client's end.</summary>
    public List<FakeQuicLink> Dialled { get; } = [];

    /// <summary>What the last client was dialled with.</summary>
    public (SslClientAuthenticationOptions Tls, QuicOptions Options, IPAddress? From)? LastDial { get; private set; }

    /// <summary>What the last client was served on.</summary>
    public QuicTerms? LastTerms { get; private set; }

    /// <summary>Ports that are bound.</summary>
    public int Bound => _ports.Count;

    public string? FindObstacle(string? library) => Obstacle;

    public ValueTask<IQuicLink> ConnectAsync(
        IPEndPoint to, IPAddress? from, SslClientAuthenticationOptions tls, QuicOptions options, CancellationToken cancellationToken)
    {
        LastDial = (tls, options, from);
        if (!_ports.TryGetValue(to.Port, out var port))
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Refused, $"dial quic {to}: refused");
        }

        IPEndPoint client = new(IPAddress.Loopback, 39_999);
        if (port.Judge(client) is not { } terms)
        {
            throw new FlowException(FlowLayer.Tls, FlowError.Failed, $"dial quic {to}: not served");
        }

        LastTerms = terms;
        var (near, far) = FakeQuicLink.Pair(client, to, MaxStreams);
        Dialled.Add(near);
        port.Add(far);
        return new ValueTask<IQuicLink>(near);
    }

    public ValueTask<IQuicPort> ListenAsync(IPEndPoint at, IReadOnlyList<SslApplicationProtocol> alpn, int backlog, Func<EndPoint, QuicTerms?> judge)
    {
        var number = at.Port == 0 ? Interlocked.Increment(ref _nextPort) : at.Port;
        FakeQuicPort port = new(new IPEndPoint(at.Address, number), judge, () => _ports.TryRemove(number, out _));
        return _ports.TryAdd(number, port) ? new ValueTask<IQuicPort>(port) : throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    /// <summary>A client whose handshake fails.</summary>
    public void FailHandshake(int port, string reason) => _ports[port].Add(new FlowException(FlowLayer.Tls, FlowError.Failed, reason));
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Tests.Protocols.Udp;

/// <summary>Takes the targets in turn, one per flow.</summary>
internal sealed class RoundRobinForwarder(params IPEndPoint[] targets) : IForwarder
{
    private int _next = -1;

    public int Associations => _next + 1;

    /// <summary>When set, association waits for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public IReadOnlyList<TargetHealth> Health => [];

    public ValueTask<DuplexStream> DialAsync(Inbound inbound, CancellationToken cancellationToken) =>
        throw new NotSupportedException("this double only associates datagrams: it dials no stream");

    public async ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, CancellationToken cancellationToken)
    {
        var target = targets[Interlocked.Increment(ref _next) % targets.Length];
        if (Gate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        inbound.Counters.Target = target.ToString();
        var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(target);
        return new SocketDatagramChannel(socket);
    }
}

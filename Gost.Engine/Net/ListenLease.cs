using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>A share in a listening socket. Disposing gives it back; the last share closes the socket before the call returns.</summary>
internal sealed class ListenLease(ListenSocket socket, Func<Task> release) : IAsyncDisposable
{
    private int _released;

    /// <summary>The bound address, the port filled in.</summary>
    public EndPoint? LocalEndPoint => socket.LocalEndPoint;

    /// <summary>The lane of its connections.</summary>
    public DataLane Lane => socket.Loop.Lane;

    /// <summary>Where handshakes of accepted connections are kept.</summary>
    public HandshakeTracker Handshakes => socket.Handshakes;

    /// <summary>Ends when the socket became unusable, with the reason. Who holds a lease then gives it back, so that the address can be bound anew.</summary>
    public Task<FlowException> Broken => socket.Loop.Broken;

    /// <summary>
    /// Connections go to <paramref name="sink"/> from now on, whoever had them before; they inherit <paramref name="keepAlive"/>.
    /// Effective when the call returns.
    /// </summary>
    public void Attach(IAcceptSink sink, TcpKeepAlive keepAlive)
    {
        try
        {
            socket.Configure(keepAlive);
        }
        catch (SocketException)
        {
            // Publishing cannot fail: a system without one of the options serves with its own.
        }

        socket.Loop.Attach(sink);
    }

    /// <summary>Connections no longer go to <paramref name="sink"/>; no effect once another took over.</summary>
    public void Detach(IAcceptSink sink) => socket.Loop.Detach(sink);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            await release();
        }
    }
}

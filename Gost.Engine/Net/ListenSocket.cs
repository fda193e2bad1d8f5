using System.Net;
using System.Net.Sockets;
using Gost.Engine.Layers;

namespace Gost.Engine.Net;

/// <summary>One open listening socket with what lives as long as it: the accept loop and the handshakes of accepted connections.</summary>
internal sealed class ListenSocket(Socket socket, AcceptLoop loop)
{
    /// <summary>The socket; the loop owns it.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>Its accept loop.</summary>
    public AcceptLoop Loop { get; } = loop;

    /// <summary>
    /// Handshakes under way. They belong to the socket, not to a generation of the service, so that a change of the service does not break them.
    /// </summary>
    public HandshakeTracker Handshakes { get; } = new();

    /// <summary>The bound address.</summary>
    public EndPoint? LocalEndPoint { get; } = socket.LocalEndPoint;

    /// <summary>How many leases there are; guarded by the pool's lock.</summary>
    public int Leases { get; set; }

    /// <summary>Sets what accepted sockets inherit.</summary>
    public void Configure(TcpKeepAlive keepAlive) => Configure(Socket, keepAlive);

    /// <summary>Sets what sockets inherit that <paramref name="listening"/> accepts. Source: tcp(7).</summary>
    public static void Configure(Socket listening, TcpKeepAlive keepAlive)
    {
        listening.NoDelay = true;
        listening.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        listening.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, keepAlive.IdleSeconds);
        listening.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, keepAlive.IntervalSeconds);
        listening.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, keepAlive.Count);
    }

    /// <summary>Closes the socket before it returns; the task ends when loop and handshakes have.</summary>
    public Task CloseAsync() => Task.WhenAll(Loop.DisposeAsync().AsTask(), Handshakes.DisposeAsync().AsTask());
}

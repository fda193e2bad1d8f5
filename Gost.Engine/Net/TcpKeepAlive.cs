using System.Net.Sockets;

namespace Gost.Engine.Net;

/// <summary>
/// When the system probes a silent TCP connection. Whole seconds, at least 1. GOST's defaults are Go's; spec/forwarding.md section 12 (listener tcp).
/// </summary>
internal sealed record TcpKeepAlive(int IdleSeconds, int IntervalSeconds, int Count)
{
    /// <summary>What Go sets on every TCP connection.</summary>
    public static TcpKeepAlive Default { get; } = new(15, 15, 9);

    /// <summary>Sets it on a socket; accepted sockets have it from the one they came from.</summary>
    public void Apply(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Count);
    }
}

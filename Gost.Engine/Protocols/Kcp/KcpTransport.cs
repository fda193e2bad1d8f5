using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>What the sessions of one listener or dialer have in common. Thread-safe.</summary>
/// <param name="Options">How they speak.</param>
/// <param name="CreateCodec">Makes the codec of a session, which owns it.</param>
/// <param name="Compress">Puts compression over a session's stream, if there is any.</param>
internal sealed record KcpTransport(KcpOptions Options, Func<IPacketCodec> CreateCodec, Func<DuplexStream, DuplexStream> Compress)
{
    private const int IpLevel = 0;
    private const int IpTypeOfService = 1;
    private const int Ipv6Level = 41;
    private const int Ipv6TrafficClass = 67;

    /// <summary>The stream of a session, which it owns.</summary>
    public DuplexStream Open(KcpSession session) => Compress(new KcpStream(session));

    /// <summary>Sets buffers and DSCP of a socket; what the system does not grant is left as it is.</summary>
    public void Prepare(Socket socket)
    {
        DatagramSockets.WidenBuffers(socket, Options.SocketBuffer);
        if (Options.Dscp == 0 || !OperatingSystem.IsLinux())
        {
            return;
        }

        var value = BitConverter.GetBytes(Options.Dscp << 2);
        try
        {
            if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.SetRawSocketOption(Ipv6Level, Ipv6TrafficClass, value);
            }

            if (socket.AddressFamily == AddressFamily.InterNetwork || socket.DualMode)
            {
                socket.SetRawSocketOption(IpLevel, IpTypeOfService, value);
            }
        }
        catch (SocketException)
        {
            // Not granted: packets go unmarked.
        }
    }
}

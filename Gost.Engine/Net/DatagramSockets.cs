using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Settings of UDP sockets.</summary>
internal static class DatagramSockets
{
    /// <summary>Wanted kernel buffer of a listening socket, bytes: bursts of many clients go through it.</summary>
    public const int ListenBuffer = 4 << 20;

    /// <summary>Wanted kernel buffer of one session's socket, bytes.</summary>
    public const int SessionBuffer = 1 << 20;

    /// <summary>Largest payload of a UDP datagram over IPv4, bytes.</summary>
    public const int MaxPayload = 65_507;

    /// <summary>Room for any datagram, bytes.</summary>
    public const int MaxDatagram = 64 * 1024;

    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoReceiveBufferForce = 33;
    private const int SoSendBufferForce = 32;

    /// <summary>
    /// A socket bound to an address that is resolved already, with wide buffers; <paramref name="bind"/> binds it. Throws <see cref="FlowException"/> (bind).
    /// </summary>
    public static Socket Listen(BindAddress address, IPEndPoint endPoint, Action<Socket, IPEndPoint> bind)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.DualStack;
            }

            WidenBuffers(socket, ListenBuffer);
            bind(socket, endPoint);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            if (address.DualStack && endPoint.AddressFamily == AddressFamily.InterNetworkV6
                && e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
            {
                // IPv6 is compiled in but switched off.
                return Listen(address, new IPEndPoint(IPAddress.Any, endPoint.Port), bind);
            }

            throw BindRefusal.Of("udp", address, e);
        }
    }

    /// <summary>Asks for larger kernel buffers; what the system does not grant is left as it is.</summary>
    public static void WidenBuffers(Socket socket, int bytes)
    {
        socket.ReceiveBufferSize = bytes;
        socket.SendBufferSize = bytes;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // The system's maximum (net.core.rmem_max) cuts the request; with CAP_NET_ADMIN it may be passed. Linux reports twice the size.
        if (socket.ReceiveBufferSize < bytes)
        {
            Force(socket, SoReceiveBufferForce, bytes);
        }

        if (socket.SendBufferSize < bytes)
        {
            Force(socket, SoSendBufferForce, bytes);
        }
    }

    /// <summary>Sets or clears SO_REUSEADDR alone; the framework's own option would set SO_REUSEPORT as well. Linux.</summary>
    public static void ShareAddress(Socket socket, bool share) =>
        socket.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(share ? 1 : 0));

    private static void Force(Socket socket, int option, int bytes)
    {
        try
        {
            socket.SetRawSocketOption(SolSocket, option, BitConverter.GetBytes(bytes));
        }
        catch (SocketException)
        {
            // Not permitted: the cut buffer stays.
        }
    }
}

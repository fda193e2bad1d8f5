using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Opens the unconnected UDP sockets of associations.</summary>
internal static class AssociationSocket
{
    /// <summary>A bound socket, for both families unless <paramref name="source"/> names an address or the system has no IPv6. Throws <see cref="FlowException"/>.</summary>
    public static Socket Open(SourceBinding source, uint mark)
    {
        if (source.Address is { } address)
        {
            return Open(address.AddressFamily, source, mark);
        }

        try
        {
            return Open(AddressFamily.InterNetworkV6, source, mark);
        }
        catch (FlowException e) when (e.InnerException is SocketException
        {
            SocketErrorCode: SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable or SocketError.ProtocolNotSupported
        })
        {
            return Open(AddressFamily.InterNetwork, source, mark);
        }
    }

    private static Socket Open(AddressFamily family, SourceBinding source, uint mark)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = source.Address is null;
            }

            source.Apply(socket, mark);
            if (source.Address is null)
            {
                socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
            }

            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw DialErrors.Map(TargetNetwork.Udp, "any", exception);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }
}

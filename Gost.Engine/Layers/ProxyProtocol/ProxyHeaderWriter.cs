using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gost.Engine.Layers.ProxyProtocol;

/// <summary>Writes PROXY protocol headers as GOST does: what is unknown or not an IP address is 0.0.0.0 port 0. Source: spec/forwarding.md section 10.</summary>
internal static class ProxyHeaderWriter
{
    private const byte VersionAndProxyCommand = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;

    /// <summary>
    /// The header that tells a target who the client is. <paramref name="version"/> 1 or 2. A wildcard IPv6 address counts as unknown; if only one
    /// of the two addresses is IPv6 the other is written in its mapped form.
    /// </summary>
    public static byte[] Write(int version, EndPoint? source, EndPoint? destination)
    {
        var (from, to) = (Known(source), Known(destination));
        var six = from.Address.AddressFamily == AddressFamily.InterNetworkV6 || to.Address.AddressFamily == AddressFamily.InterNetworkV6;
        if (version == 1)
        {
            var (sourceText, destinationText) = six ? (Mapped(from.Address), Mapped(to.Address)) : (from.Address, to.Address);
            return Encoding.ASCII.GetBytes($"PROXY {(six ? "TCP6" : "TCP4")} {sourceText} {destinationText} {from.Port} {to.Port}\r\n");
        }

        var size = six ? 16 : 4;
        var header = new byte[16 + 2 * size + 4];
        "\r\n\r\n\0\r\nQUIT\n"u8.CopyTo(header);
        header[12] = VersionAndProxyCommand;
        header[13] = six ? TcpOverIPv6 : TcpOverIPv4;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(2 * size + 4));
        (six ? Mapped(from.Address) : from.Address).GetAddressBytes().CopyTo(header, 16);
        (six ? Mapped(to.Address) : to.Address).GetAddressBytes().CopyTo(header, 16 + size);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16 + 2 * size), (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18 + 2 * size), (ushort)to.Port);
        return header;
    }

    private static IPEndPoint Known(EndPoint? endPoint)
    {
        if (endPoint is not IPEndPoint ip)
        {
            return new IPEndPoint(IPAddress.Any, 0);
        }

        var address = ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Without the scope, which means nothing to another host.
            address = address.Equals(IPAddress.IPv6Any) ? IPAddress.Any : new IPAddress(address.GetAddressBytes());
        }

        return new IPEndPoint(address, ip.Port);
    }

    private static IPAddress Mapped(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address;
}

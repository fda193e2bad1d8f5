using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Net.Batches;

/// <summary>An IP address and port as they stand in a raw socket address: a key that costs nothing to make.</summary>
internal readonly record struct PeerAddress(ulong High, ulong Low, ulong PortAndScope)
{
    private const int Ipv4Size = 16;

    /// <summary>Reads a raw socket address of the family.</summary>
    public static PeerAddress Read(ReadOnlySpan<byte> raw, AddressFamily family)
    {
        ulong port = BinaryPrimitives.ReadUInt16BigEndian(raw[2..]);
        return family == AddressFamily.InterNetwork
            ? new PeerAddress(0, BinaryPrimitives.ReadUInt32LittleEndian(raw[4..]), port)
            : new PeerAddress(
                BinaryPrimitives.ReadUInt64LittleEndian(raw[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(raw[16..]),
                port | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(raw[24..]) << 32));
    }

    /// <summary>A raw socket address as one of the framework's.</summary>
    public static SocketAddress ToSocketAddress(ReadOnlySpan<byte> raw, AddressFamily family)
    {
        SocketAddress address = new(family);
        var size = family == AddressFamily.InterNetwork ? Ipv4Size : ReceivedDatagrams.AddressSize;
        raw[..size].CopyTo(address.Buffer.Span);
        address.Size = size;
        return address;
    }

    /// <summary>The same for people and logs.</summary>
    public static EndPoint ToEndPoint(SocketAddress address)
    {
        var any = address.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        return EndPointForms.Unmapped(new IPEndPoint(any, 0).Create(address))!;
    }
}

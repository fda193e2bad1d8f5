using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Net.Loops;

/// <summary>Raw socket addresses of IPv4 and IPv6 (<c>sockaddr_in</c>, <c>sockaddr_in6</c>). Source: ip(7), ipv6(7).</summary>
internal static class LoopAddress
{
    /// <summary>Room for either form, bytes.</summary>
    public const int Size = 28;

    private const int Ipv4Size = 16;

    /// <summary>Writes an end point; gives the bytes used.</summary>
    public static int Write(Span<byte> raw, IPEndPoint endPoint)
    {
        raw[..Size].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(raw[2..], (ushort)endPoint.Port);
        if (endPoint.AddressFamily == AddressFamily.InterNetwork)
        {
            BitConverter.TryWriteBytes(raw, (ushort)LinuxCalls.FamilyIpv4);
            endPoint.Address.TryWriteBytes(raw[4..], out _);
            return Ipv4Size;
        }

        BitConverter.TryWriteBytes(raw, (ushort)LinuxCalls.FamilyIpv6);
        endPoint.Address.TryWriteBytes(raw[8..], out _);
        BitConverter.TryWriteBytes(raw[24..], (uint)endPoint.Address.ScopeId);
        return Size;
    }

    /// <summary>Reads an end point, an IPv4 address in IPv6 form as plain IPv4; null for other families.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> raw)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(raw[2..]);
        switch (BitConverter.ToUInt16(raw))
        {
            case LinuxCalls.FamilyIpv4:
                return new IPEndPoint(new IPAddress(BitConverter.ToUInt32(raw[4..])), port);
            case LinuxCalls.FamilyIpv6 when raw.Slice(8, 10).IndexOfAnyExcept((byte)0) < 0 && BitConverter.ToUInt16(raw[18..]) == 0xFFFF:
                return new IPEndPoint(new IPAddress(BitConverter.ToUInt32(raw[20..])), port);
            case LinuxCalls.FamilyIpv6:
                return new IPEndPoint(new IPAddress(raw.Slice(8, 16), BitConverter.ToUInt32(raw[24..])), port);
            default:
                return null;
        }
    }
}

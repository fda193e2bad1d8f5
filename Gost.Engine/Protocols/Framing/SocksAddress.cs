using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Framing;

/// <summary>
/// The address form of SOCKS5, which relay and Shadowsocks use too: ATYP (1 IPv4, 3 domain, 4 IPv6), address, port big-endian.
/// Source: RFC 1928 section 5, spec/wire/socks5.md section 2.
/// </summary>
internal static class SocksAddress
{
    /// <summary>The longest form in bytes: a domain of 255.</summary>
    public const int MaxLength = 1 + 1 + 255 + 2;

    /// <summary>The shortest form in bytes: an empty domain.</summary>
    public const int MinLength = 1 + 1 + 2;

    private const byte IPv4 = 1;
    private const byte Domain = 3;
    private const byte IPv6 = 4;

    /// <summary>Bytes that <see cref="Write(Span{byte}, Target)"/> needs. Throws <see cref="FlowException"/> for a domain over 255 bytes.</summary>
    public static int LengthOf(Target address) => LiteralOf(address.Host) is { } literal
        ? literal.AddressFamily == AddressFamily.InterNetwork ? 7 : 19
        : 4 + DomainLength(address.Host);

    /// <summary>Writes IP literals as such, everything else, the empty host included, as a domain; gives the bytes written.</summary>
    public static int Write(Span<byte> buffer, Target address)
    {
        if (LiteralOf(address.Host) is { } literal)
        {
            return Write(buffer, literal, address.Port);
        }

        var length = DomainLength(address.Host);
        buffer[0] = Domain;
        buffer[1] = (byte)length;
        Encoding.UTF8.GetBytes(address.Host, buffer[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(2 + length)..], (ushort)address.Port);
        return 4 + length;
    }

    /// <summary>Writes an end point; an IPv4-mapped address as IPv4, one that is no IP as 0.0.0.0:0.</summary>
    public static int Write(Span<byte> buffer, EndPoint? address) => address is IPEndPoint ip
        ? Write(buffer, ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address, ip.Port)
        : Write(buffer, IPAddress.Any, 0);

    /// <summary>
    /// Reads one address from the start of <paramref name="bytes"/>. False with <paramref name="consumed"/> 0 = more bytes are needed, false with -1 =
    /// no such address type, or a domain with control characters.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, TargetNetwork network, out Target? address, out int consumed)
    {
        address = null;
        if (!TryMeasure(bytes, out consumed))
        {
            return false;
        }

        var host = bytes[0] == Domain ? DomainOf(bytes.Slice(2, consumed - 4)) : new IPAddress(bytes[1..(consumed - 2)]).ToString();
        if (host is null)
        {
            consumed = -1;
            return false;
        }

        address = new Target(network, host, BinaryPrimitives.ReadUInt16BigEndian(bytes[(consumed - 2)..]));
        return true;
    }

    /// <summary>Says how long the address at the start of <paramref name="bytes"/> is, without reading it; false and 0 or -1 as <see cref="TryRead"/>.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.IsEmpty)
        {
            return false;
        }

        var needed = LengthFrom(bytes[0], bytes.Length < 2 ? byte.MaxValue : bytes[1]);
        length = needed == 0 ? -1 : needed <= bytes.Length ? needed : 0;
        return length > 0;
    }

    /// <summary>How long an address is that begins with these two bytes; 0 = no such address type.</summary>
    public static int LengthFrom(byte type, byte second) => type switch
    {
        IPv4 => 7,
        IPv6 => 19,
        Domain => 4 + second,
        _ => 0,
    };

    private static int Write(Span<byte> buffer, IPAddress address, int port)
    {
        buffer[0] = address.AddressFamily == AddressFamily.InterNetwork ? IPv4 : IPv6;
        address.TryWriteBytes(buffer[1..], out var written);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(1 + written)..], (ushort)port);
        return written + 3;
    }

    // Only what is a literal for the far end too: four numbers, or IPv6. An IPv4-mapped address is IPv4 on the wire, as GOST writes it.
    private static IPAddress? LiteralOf(string host) =>
        IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || host.AsSpan().Count('.') == 3)
            ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
            : null;

    private static int DomainLength(string host)
    {
        var length = Encoding.UTF8.GetByteCount(host);
        return length <= byte.MaxValue
            ? length
            : throw new FlowException(FlowLayer.Connect, FlowError.Unsupported, $"a host name of {length} bytes: at most 255 can be asked for");
    }

    private static string? DomainOf(ReadOnlySpan<byte> domain)
    {
        foreach (var letter in domain)
        {
            if (letter is < 0x20 or 0x7f)
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString(domain);
    }
}

using System.Net;
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

    /// <summary>Bytes that <see cref="Write(Span{byte}, Target)"/> needs. Throws <see cref="FlowException"/> for a domain over 255 bytes.</summary>
    public static int LengthOf(Target address) => throw new NotSupportedException($"socks {address}");

    /// <summary>Writes IP literals as such, everything else, the empty host included, as a domain; gives the bytes written.</summary>
    public static int Write(Span<byte> buffer, Target address) => throw new NotSupportedException($"socks {address} {buffer.Length}");

    /// <summary>Writes an end point; an IPv4-mapped address as IPv4, one that is no IP as 0.0.0.0:0.</summary>
    public static int Write(Span<byte> buffer, EndPoint? address) => throw new NotSupportedException($"socks {address} {buffer.Length}");

    /// <summary>
    /// Reads one address from the start of <paramref name="bytes"/>. False with <paramref name="consumed"/> 0 = more bytes are needed, false with -1 =
    /// no such address type.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, TargetNetwork network, out Target? address, out int consumed) =>
        throw new NotSupportedException($"socks {bytes.Length} {network}");
}

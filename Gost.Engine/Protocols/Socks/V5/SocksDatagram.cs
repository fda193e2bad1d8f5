using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// The header of a datagram on a UDP socket: RSV RSV FRAG, address, payload. Fragments are not put together, so they are no datagrams here.
/// Source: RFC 1928 section 7.
/// </summary>
internal static class SocksDatagram
{
    /// <summary>The longest header in bytes.</summary>
    public const int MaxHeader = PrefixLength + SocksAddress.MaxLength;

    private const int PrefixLength = 3;

    /// <summary>Moves the payload to the front of <paramref name="buffer"/>; null = no datagram, or a fragment.</summary>
    public static Datagram? Unwrap(Span<byte> buffer, int length, int maxPayload, SocksAddressCache addresses)
    {
        if (length <= PrefixLength || buffer[2] != 0 || !SocksAddress.TryMeasure(buffer[PrefixLength..length], out var address)
            || addresses.Read(buffer.Slice(PrefixLength, address)) is not { } from)
        {
            return null;
        }

        var payload = buffer[(PrefixLength + address)..length];
        payload = payload[..Math.Min(payload.Length, maxPayload)];
        payload.CopyTo(buffer);
        return new Datagram(payload.Length, from);
    }

    /// <summary>Writes header and payload; gives the length.</summary>
    public static int Wrap(Span<byte> buffer, ReadOnlySpan<byte> payload, Target? address, SocksAddressCache addresses)
    {
        buffer[..PrefixLength].Clear();
        var form = addresses.FormOf(address);
        form.CopyTo(buffer[PrefixLength..]);
        payload.CopyTo(buffer[(PrefixLength + form.Length)..]);
        return PrefixLength + form.Length + payload.Length;
    }
}

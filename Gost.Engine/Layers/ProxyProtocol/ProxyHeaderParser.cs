using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Gost.Engine.Layers.ProxyProtocol;

/// <summary>What the first bytes of a connection are.</summary>
internal enum ProxyParseResult
{
    /// <summary>They may become a header.</summary>
    NeedMore,

    /// <summary>They are no header: the connection has none.</summary>
    None,

    /// <summary>They begin with a whole header.</summary>
    Complete,

    /// <summary>They begin as a header and are broken.</summary>
    Invalid,
}

/// <summary>
/// Reads PROXY protocol headers, version 1 (text) and 2 (binary), without side effects. Strict: a header that could be read in two ways is
/// invalid. Source: the PROXY protocol specification by HAProxy, sections 2.1 and 2.2; spec/forwarding.md section 10.
/// </summary>
internal static class ProxyHeaderParser
{
    /// <summary>The longest header that is accepted, in bytes; a longer one is invalid whatever its length field says.</summary>
    public const int MaxLength = 4096;

    private const int MaxTextLength = 107;
    private const int BinaryFixedLength = 16;

    private static ReadOnlySpan<byte> TextSignature => "PROXY "u8;

    private static ReadOnlySpan<byte> BinarySignature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Looks at the bytes received so far. When complete, <paramref name="length"/> of them are the header.</summary>
    public static ProxyParseResult Parse(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out int length)
    {
        header = null;
        length = 0;
        if (IsPrefixOf(bytes, TextSignature))
        {
            return bytes.Length < TextSignature.Length ? ProxyParseResult.NeedMore : ParseText(bytes, out header, out length);
        }

        if (IsPrefixOf(bytes, BinarySignature))
        {
            return bytes.Length < BinaryFixedLength ? ProxyParseResult.NeedMore : ParseBinary(bytes, out header, out length);
        }

        return ProxyParseResult.None;
    }

    private static bool IsPrefixOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) =>
        bytes.Length < signature.Length ? signature.StartsWith(bytes) : bytes.StartsWith(signature);

    private static ProxyParseResult ParseText(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out int length)
    {
        header = null;
        length = 0;
        var end = bytes[..Math.Min(bytes.Length, MaxTextLength)].IndexOf((byte)'\n');
        if (end < 0)
        {
            return bytes.Length < MaxTextLength ? ProxyParseResult.NeedMore : ProxyParseResult.Invalid;
        }

        if (bytes[end - 1] != '\r')
        {
            return ProxyParseResult.Invalid;
        }

        length = end + 1;
        var words = Encoding.Latin1.GetString(bytes[TextSignature.Length..(end - 1)]).Split(' ');
        if (words[0] == "UNKNOWN")
        {
            header = new ProxyHeader(null, null);
            return ProxyParseResult.Complete;
        }

        if (words.Length != 5
            || !TryParseAddress(words[0], words[1], out var source) || !TryParseAddress(words[0], words[2], out var destination)
            || !TryParsePort(words[3], out var sourcePort) || !TryParsePort(words[4], out var destinationPort))
        {
            return ProxyParseResult.Invalid;
        }

        header = new ProxyHeader(new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort));
        return ProxyParseResult.Complete;
    }

    private static bool TryParseAddress(string family, string text, out IPAddress address)
    {
        address = IPAddress.None;
        var known = family switch
        {
            // The runtime would read "1" and "0x7f.1" as addresses too.
            "TCP4" => text.Count(static c => c == '.') == 3 && text.All(static c => c is '.' or (>= '0' and <= '9')) && !HasLeadingZero(text),
            "TCP6" => text.Contains(':') && text.All(static c => c is ':' or '.' || char.IsAsciiHexDigit(c)),
            _ => false,
        };
        if (!known || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    private static bool HasLeadingZero(string text) => text.Split('.').Any(static x => x.Length > 1 && x[0] == '0');

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort && (text.Length == 1 || text[0] != '0');

    private static ProxyParseResult ParseBinary(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out int length)
    {
        header = null;
        length = BinaryFixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        var (version, command) = (bytes[12] >> 4, bytes[12] & 0xF);
        if (version != 2 || command > 1 || length > MaxLength)
        {
            return ProxyParseResult.Invalid;
        }

        // Length of both addresses with their ports, by family and transport.
        int? addresses = bytes[13] switch
        {
            0x00 => 0,
            0x11 or 0x12 => 12,
            0x21 or 0x22 => 36,
            0x31 or 0x32 => 216,
            _ => null,
        };
        if (addresses is null || (command == 1 && length - BinaryFixedLength < addresses))
        {
            return ProxyParseResult.Invalid;
        }

        if (bytes.Length < length)
        {
            return ProxyParseResult.NeedMore;
        }

        var block = bytes[BinaryFixedLength..length];
        header = command == 0 || addresses is 0 or 216
            ? new ProxyHeader(null, null)
            : addresses == 12
                ? new ProxyHeader(EndPoint(block[..4], block[8..]), EndPoint(block[4..8], block[10..]))
                : new ProxyHeader(EndPoint(block[..16], block[32..]), EndPoint(block[16..32], block[34..]));
        return ProxyParseResult.Complete;
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port)
    {
        IPAddress ip = new(address);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, BinaryPrimitives.ReadUInt16BigEndian(port));
    }
}

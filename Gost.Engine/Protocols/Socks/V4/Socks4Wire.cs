using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks.V4;

/// <summary>
/// The messages of SOCKS4 and 4a. Requests have no length: the caller reads into a buffer and tries again with more. Source: spec/wire/socks5.md section 12.
/// </summary>
internal static class Socks4Wire
{
    public const byte Version = 4;
    public const byte Connect = 1;
    public const byte Bind = 2;

    /// <summary>Length of a reply in bytes.</summary>
    public const int ReplyLength = 8;

    /// <summary>The longest request that is taken, in bytes.</summary>
    public const int MaxRequest = HeadLength + 2 * (MaxText + 1);

    private const int HeadLength = 8;
    private const int MaxText = 255;

    /// <summary>
    /// Reads a request from the start of <paramref name="bytes"/>; null = more is needed. Throws <see cref="FlowException"/> (handshake) for what is none.
    /// </summary>
    public static Socks4Request? TryRead(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        if (!bytes.IsEmpty && bytes[0] != Version)
        {
            throw Bad($"not SOCKS4: it begins with {bytes[0]:x2}");
        }

        if (bytes.Length < HeadLength || !TryReadText(bytes[HeadLength..], out var user))
        {
            return null;
        }

        var address = bytes[4..HeadLength];
        var host = new IPAddress(address).ToString();
        consumed = HeadLength + user.Length + 1;

        // 0.0.0.x with x not 0: the name follows.
        if (address[..3].IndexOfAnyExcept((byte)0) < 0 && address[3] != 0)
        {
            if (!TryReadText(bytes[consumed..], out var name))
            {
                return null;
            }

            consumed += name.Length + 1;
            host = name.IndexOfAnyInRange((byte)1, (byte)0x1f) < 0 ? Encoding.UTF8.GetString(name) : throw Bad("a host name with control characters");
        }

        return new Socks4Request(
            bytes[1], new Target(TargetNetwork.Tcp, host, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])), Encoding.UTF8.GetString(user));
    }

    /// <summary>
    /// A CONNECT request. <paramref name="byName"/>: the host goes as text, literals too, which is 4a; else it must be an IPv4 literal. Throws
    /// <see cref="FlowException"/> (connect) for a host that cannot be asked for.
    /// </summary>
    public static byte[] Request(Target to, string user, bool byName)
    {
        var bytes = new byte[HeadLength];
        (bytes[0], bytes[1]) = (Version, Connect);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)to.Port);
        byte[] name = [];
        if (byName)
        {
            bytes[7] = 1;
            name = [.. Encoding.UTF8.GetBytes(to.Host), 0];
            if (name.Length > MaxText + 1 || to.Host.Contains('\0'))
            {
                throw new FlowException(FlowLayer.Connect, FlowError.Unsupported, "a host name of over 255 bytes cannot be asked for");
            }
        }
        else if (IPAddress.TryParse(to.Host, out var address) && address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes.AsSpan(4), out _);
        }
        else
        {
            throw new FlowException(FlowLayer.Connect, FlowError.Unsupported, $"connect {to}: SOCKS4 without 4a reaches IPv4 addresses only");
        }

        return [.. bytes, .. Encoding.UTF8.GetBytes(user), 0, .. name];
    }

    /// <summary>A reply; address and port are 0, as GOST writes them.</summary>
    public static byte[] Reply(Socks4Reply reply) => [0, (byte)reply, 0, 0, 0, 0, 0, 0];

    private static bool TryReadText(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        var end = bytes.IndexOf((byte)0);
        if (end > MaxText || (end < 0 && bytes.Length > MaxText))
        {
            throw Bad("a text of over 255 bytes");
        }

        text = end < 0 ? default : bytes[..end];
        return end >= 0;
    }

    private static FlowException Bad(string message) => new(FlowLayer.Handshake, FlowError.Failed, message);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>The form of frames. Source: RFC 6455 section 5.2.</summary>
internal static class Frame
{
    public const byte Continuation = 0;
    public const byte Text = 1;
    public const byte Binary = 2;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    /// <summary>Bit of the first byte: the last frame of a message.</summary>
    public const byte Final = 0x80;

    /// <summary>Bits of the first byte that only extensions may set.</summary>
    public const byte Reserved = 0x70;

    /// <summary>Bit of the second byte: a mask follows the length.</summary>
    public const byte Masked = 0x80;

    /// <summary>Size of a mask in bytes.</summary>
    public const int MaskSize = 4;

    /// <summary>The longest header in bytes.</summary>
    public const int MaxHeader = 14;

    /// <summary>The longest payload of a control frame in bytes.</summary>
    public const int MaxControlPayload = 125;

    /// <summary>The end of a direction, and an end without a fault: what the far end need not be told a reason for.</summary>
    public const ushort NormalClosure = 1000;

    /// <summary>The far end goes away: a page that is left, a program that ends.</summary>
    public const ushort GoingAway = 1001;

    /// <summary>What the far end sent breaks the protocol.</summary>
    public const ushort ProtocolError = 1002;

    /// <summary>Stands for a Close frame without a code; never on the wire.</summary>
    public const ushort NoStatus = 1005;

    private const int ShortLength = 125;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    /// <summary>
    /// Writes a frame that is a message of its own, masked if there is a <paramref name="mask"/> (its bytes in memory order). Returns its size;
    /// <paramref name="to"/> has room for <see cref="MaxHeader"/> bytes more than the payload.
    /// </summary>
    public static int Write(Span<byte> to, byte opcode, ReadOnlySpan<byte> payload, uint? mask)
    {
        var masked = mask is null ? (byte)0 : Masked;
        to[0] = (byte)(Final | opcode);
        int size;
        switch (payload.Length)
        {
            case <= ShortLength:
                to[1] = (byte)(masked | payload.Length);
                size = 2;
                break;
            case <= ushort.MaxValue:
                to[1] = (byte)(masked | Length16);
                BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)payload.Length);
                size = 4;
                break;
            default:
                to[1] = (byte)(masked | Length64);
                BinaryPrimitives.WriteInt64BigEndian(to[2..], payload.Length);
                size = 10;
                break;
        }

        if (mask is not { } key)
        {
            payload.CopyTo(to[size..]);
            return size + payload.Length;
        }

        MemoryMarshal.Write(to[size..], key);
        size += MaskSize;
        Masking.Apply(payload, to[size..], key);
        return size + payload.Length;
    }

    /// <summary>How many bytes a header has behind its first two, as its second byte says.</summary>
    public static int RestOfHeader(byte second) =>
        (second & ~Masked) switch { Length16 => 2, Length64 => 8, _ => 0 } + ((second & Masked) != 0 ? MaskSize : 0);

    /// <summary>The length of the payload that a whole header tells; above <see cref="long.MaxValue"/> it is not valid.</summary>
    public static ulong PayloadLength(ReadOnlySpan<byte> header) => (header[1] & ~Masked) switch
    {
        Length16 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
        Length64 => BinaryPrimitives.ReadUInt64BigEndian(header[2..]),
        var length => (ulong)length,
    };
}

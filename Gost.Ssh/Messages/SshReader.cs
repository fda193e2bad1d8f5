using System.Buffers.Binary;
using System.Text;

namespace Gost.Ssh.Messages;

/// <summary>
/// Reads the data types of a payload one after the other. Whatever the bytes hold, it reads nothing beyond them and makes nothing larger than they are;
/// a payload that ends too early or holds what its type forbids throws <see cref="SshException"/>. Source: RFC 4251 section 5.
/// </summary>
internal ref struct SshReader(ReadOnlySpan<byte> payload)
{
    // UTF-8 of a peer is shown and compared, never trusted: what is no UTF-8 becomes U+FFFD instead of a fault.
    private readonly ReadOnlySpan<byte> _payload = payload;

    /// <summary>How many bytes have been read: where the rest begins in the memory that the payload came from.</summary>
    public int Position { readonly get; private set; }

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _payload[Position..];

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => Position == _payload.Length;

    public byte ReadByte() => Take(1)[0];

    /// <summary>Any value but zero is true.</summary>
    public bool ReadBoolean() => ReadByte() != 0;

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>A number of bytes without a length before them.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    /// <summary>A string as bytes.</summary>
    public ReadOnlySpan<byte> ReadString()
    {
        var length = ReadUInt32();
        return length <= int.MaxValue ? Take((int)length) : throw Truncated();
    }

    /// <summary>A string as text of at most <paramref name="most"/> bytes.</summary>
    public string ReadText(int most = 64 * 1024)
    {
        var bytes = ReadString();
        return bytes.Length <= most ? Encoding.UTF8.GetString(bytes) : throw Malformed($"a text of {bytes.Length} bytes where {most} are the most");
    }

    /// <summary>The names of a name-list, in order: ASCII, none of them empty.</summary>
    public string[] ReadNames()
    {
        var bytes = ReadString();
        if (bytes.IsEmpty)
        {
            return [];
        }

        if (bytes.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            throw Malformed("a list of names that holds other than visible ASCII");
        }

        return Encoding.ASCII.GetString(bytes).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A positive multiple-precision integer: its magnitude without leading zeros, empty = zero.</summary>
    public ReadOnlySpan<byte> ReadPositiveInteger()
    {
        var bytes = ReadString();
        if (!bytes.IsEmpty && (bytes[0] & 0x80) != 0)
        {
            throw Malformed("a negative number");
        }

        return bytes.TrimStart((byte)0);
    }

    /// <summary>Throws when anything is left.</summary>
    public readonly void ReadEnd()
    {
        if (!IsAtEnd)
        {
            throw Malformed($"{_payload.Length - Position} bytes too many");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(_payload.Length - Position))
        {
            throw Truncated();
        }

        var taken = _payload.Slice(Position, count);
        Position += count;
        return taken;
    }

    private static SshException Truncated() => Malformed("a payload that ends too early");

    private static SshException Malformed(string what) =>
        new(SshFailure.Protocol, SshDisconnectReason.ProtocolError, $"the SSH peer sent a malformed message: {what}");
}

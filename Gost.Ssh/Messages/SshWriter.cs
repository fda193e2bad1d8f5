using System.Buffers.Binary;
using System.Text;

namespace Gost.Ssh.Messages;

/// <summary>
/// Builds a payload from the data types of the protocol. For the messages that are rare; the data of channels never passes here.
/// Source: RFC 4251 section 5.
/// </summary>
internal sealed class SshWriter
{
    private byte[] _bytes;

    /// <summary>A writer without anything in it.</summary>
    public SshWriter(int capacity = 256) => _bytes = new byte[capacity];

    /// <summary>A payload that begins with its message number.</summary>
    public SshWriter(byte message, int capacity = 256)
        : this(capacity) => WriteByte(message);

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>A copy of what has been written.</summary>
    public byte[] ToArray() => Written.ToArray();

    public SshWriter WriteByte(byte value)
    {
        Grow(1)[0] = value;
        return this;
    }

    public SshWriter WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public SshWriter WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Grow(4), value);
        return this;
    }

    public SshWriter WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Grow(8), value);
        return this;
    }

    /// <summary>Bytes without a length before them.</summary>
    public SshWriter WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Grow(bytes.Length));
        return this;
    }

    /// <summary>A string of bytes.</summary>
    public SshWriter WriteString(ReadOnlySpan<byte> bytes) => WriteUInt32((uint)bytes.Length).WriteBytes(bytes);

    /// <summary>A string of text, in UTF-8.</summary>
    public SshWriter WriteText(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        WriteUInt32((uint)count);
        Encoding.UTF8.GetBytes(text, Grow(count));
        return this;
    }

    /// <summary>A name-list.</summary>
    public SshWriter WriteNames(IEnumerable<string> names) => WriteText(string.Join(',', names));

    /// <summary>A positive multiple-precision integer from its magnitude, most significant byte first.</summary>
    public SshWriter WritePositiveInteger(ReadOnlySpan<byte> magnitude)
    {
        var digits = magnitude.TrimStart((byte)0);
        var sign = !digits.IsEmpty && (digits[0] & 0x80) != 0;
        WriteUInt32((uint)(digits.Length + (sign ? 1 : 0)));
        return (sign ? WriteByte(0) : this).WriteBytes(digits);
    }

    private Span<byte> Grow(int count)
    {
        var needed = checked(Length + count);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        var grown = _bytes.AsSpan(Length, count);
        Length = needed;
        return grown;
    }
}

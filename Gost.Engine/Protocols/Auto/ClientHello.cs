using System.Buffers.Binary;
using System.Text;

namespace Gost.Engine.Protocols.Auto;

/// <summary>Finds the name of the server that a TLS client wants, without answering it. Source: RFC 8446 section 4.1.2, RFC 6066 section 3.</summary>
internal static class ClientHello
{
    /// <summary>The longest message that is looked at, in bytes.</summary>
    public const int MaxLength = 32 * 1024;

    /// <summary>The first byte of a TLS handshake record.</summary>
    public const byte Record = 0x16;

    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const int MaxRecord = 16 * 1024;
    private const byte HelloMessage = 1;
    private const ushort ServerNameExtension = 0;

    /// <summary>
    /// Looks at the first bytes of a connection. False = more are needed. <paramref name="name"/> is null when the message is no such one, or names no server.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string? name)
    {
        name = null;
        var rest = bytes;
        var (total, needed) = (0, 0);
        while (total == 0 || total < needed)
        {
            if (rest.Length < RecordHeader)
            {
                return !MayBeRecord(rest);
            }

            var size = BinaryPrimitives.ReadUInt16BigEndian(rest[3..]);
            if (!MayBeRecord(rest) || size is < MessageHeader or > MaxRecord)
            {
                return true;
            }

            if (rest.Length < RecordHeader + size)
            {
                return false;
            }

            if (total == 0)
            {
                needed = MessageHeader + (BinaryPrimitives.ReadInt32BigEndian(rest[RecordHeader..]) & 0xffffff);
                if (rest[RecordHeader] != HelloMessage || needed > MaxLength)
                {
                    return true;
                }
            }

            total += size;
            rest = rest[(RecordHeader + size)..];
        }

        name = NameIn(Joined(bytes, total).AsSpan(MessageHeader, needed - MessageHeader));
        return true;
    }

    /// <summary>What the records hold, which a message may be spread over.</summary>
    private static byte[] Joined(ReadOnlySpan<byte> records, int total)
    {
        var message = new byte[total];
        for (var length = 0; length < total;)
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(records[3..]);
            records.Slice(RecordHeader, size).CopyTo(message.AsSpan(length));
            records = records[(RecordHeader + size)..];
            length += size;
        }

        return message;
    }

    private static bool MayBeRecord(ReadOnlySpan<byte> bytes) => (bytes.IsEmpty || bytes[0] == Record) && (bytes.Length < 2 || bytes[1] == 3);

    private static string? NameIn(ReadOnlySpan<byte> hello)
    {
        // Version and random, session, cipher suites, compression methods; then extensions.
        if (!Skip(ref hello, 34) || !SkipVector(ref hello, 1) || !SkipVector(ref hello, 2) || !SkipVector(ref hello, 1) || !Vector(ref hello, 2, out var extensions))
        {
            return null;
        }

        while (extensions.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!Vector(ref extensions, 2, out var content))
            {
                return null;
            }

            if (type == ServerNameExtension)
            {
                return Vector(ref content, 2, out var names) && names.Length > 3 && names[0] == 0 && Skip(ref names, 1) && Vector(ref names, 2, out var host)
                    && IsHostName(host) ? Encoding.ASCII.GetString(host) : null;
            }
        }

        return null;
    }

    private static bool IsHostName(ReadOnlySpan<byte> host)
    {
        foreach (var letter in host)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'.' or (byte)'-' or (byte)'_'))
            {
                return false;
            }
        }

        return !host.IsEmpty;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count)
        {
            return false;
        }

        rest = rest[count..];
        return true;
    }

    private static bool SkipVector(ref ReadOnlySpan<byte> rest, int prefix) => Vector(ref rest, prefix, out _);

    private static bool Vector(ref ReadOnlySpan<byte> rest, int prefix, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (rest.Length < prefix)
        {
            return false;
        }

        var length = prefix == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < prefix + length)
        {
            return false;
        }

        content = rest.Slice(prefix, length);
        rest = rest[(prefix + length)..];
        return true;
    }
}

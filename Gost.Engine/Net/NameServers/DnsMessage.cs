using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gost.Engine.Net.NameServers;

/// <summary>Writes questions for addresses and reads their answers (RFC 1035 section 4, RFC 6891, RFC 7871). Whatever a server sends is bounded by its message.</summary>
internal static class DnsMessage
{
    /// <summary>Room for any question.</summary>
    public const int MaxQuery = 512;

    /// <summary>Largest answer that is asked for over UDP, bytes.</summary>
    public const int MaxDatagram = 1232;

    private const int HeaderLength = 12;
    private const ushort Internet = 1;
    private const ushort Options = 41;
    private const ushort ClientSubnet = 8;

    /// <summary>A name as it is asked for, in ASCII; null when it is none.</summary>
    public static string? Encode(string name)
    {
        try
        {
            var ascii = new System.Globalization.IdnMapping { AllowUnassigned = true, UseStd3AsciiRules = false }.GetAscii(name.TrimEnd('.'));
            return ascii.Length is > 0 and <= 253 && ascii.Split('.').All(static x => x.Length is > 0 and <= 63) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes a question; <paramref name="name"/> comes from <see cref="Encode"/>. Gives its length.</summary>
    public static int WriteQuery(Span<byte> to, ushort id, string name, DnsType type, IPAddress? client)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, id);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], 0x0100); // recursion desired
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], 1);
        to[6..10].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], 1);
        var at = HeaderLength;
        foreach (var label in name.Split('.'))
        {
            to[at] = (byte)label.Length;
            at += 1 + Encoding.ASCII.GetBytes(label, to[(at + 1)..]);
        }

        to[at++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 2)..], Internet);
        return WriteOptions(to, at + 4, client);
    }

    /// <summary>
    /// Reads the answer to a question; false when it is none. A record that is cut ends the reading: what was read before counts.
    /// </summary>
    public static bool TryReadAnswer(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query, DnsType type, out DnsAnswer answer)
    {
        answer = default;
        var at = HeaderLength;
        if (message.Length < HeaderLength
            || !message[..2].SequenceEqual(query[..2])
            || (message[2] & 0x80) == 0
            || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1
            || !SkipName(message, ref at)
            || at + 4 > message.Length
            || !SameQuestion(message[HeaderLength..(at + 4)], query))
        {
            return false;
        }

        at += 4;
        List<IPAddress> addresses = [];
        var ttl = uint.MaxValue;
        for (var count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]); count > 0 && SkipName(message, ref at) && at + 10 <= message.Length; count--)
        {
            var found = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (at + 10 + length > message.Length)
            {
                break;
            }

            // The shortest life of the chain of names counts for what stands at its end.
            ttl = Math.Min(ttl, BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]));
            if (found == type && length == (type == DnsType.A ? 4 : 16))
            {
                addresses.Add(new IPAddress(message.Slice(at + 10, length)));
            }

            at += 10 + length;
        }

        answer = new DnsAnswer([.. addresses], TimeSpan.FromSeconds(addresses.Count == 0 ? 0 : ttl), message[3] & 0xF, (message[2] & 2) != 0);
        return true;
    }

    private static int WriteOptions(Span<byte> to, int at, IPAddress? client)
    {
        to[at] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 1)..], Options);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 3)..], MaxDatagram);
        to.Slice(at + 5, 4).Clear();
        var start = at + 11;
        var end = start;
        if (client is not null)
        {
            // As much of the address as RFC 7871 section 11.1 advises.
            var bytes = client.GetAddressBytes();
            var (family, prefix) = client.AddressFamily == AddressFamily.InterNetwork ? ((ushort)1, 24) : ((ushort)2, 56);
            BinaryPrimitives.WriteUInt16BigEndian(to[start..], ClientSubnet);
            BinaryPrimitives.WriteUInt16BigEndian(to[(start + 2)..], (ushort)(4 + (prefix / 8)));
            BinaryPrimitives.WriteUInt16BigEndian(to[(start + 4)..], family);
            to[start + 6] = (byte)prefix;
            to[start + 7] = 0;
            bytes.AsSpan(0, prefix / 8).CopyTo(to[(start + 8)..]);
            end = start + 8 + (prefix / 8);
        }

        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 9)..], (ushort)(end - start));
        return end;
    }

    /// <summary>A server may give back the question in another case.</summary>
    private static bool SameQuestion(ReadOnlySpan<byte> question, ReadOnlySpan<byte> query) =>
        query.Length >= HeaderLength + question.Length
        && Ascii.EqualsIgnoreCase(question[..^4], query.Slice(HeaderLength, question.Length - 4))
        && question[^4..].SequenceEqual(query.Slice(HeaderLength + question.Length - 4, 4));

    private static bool SkipName(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            var length = message[at];
            if (length >= 0xC0)
            {
                at += 2;
                return at <= message.Length;
            }

            at += 1 + length;
            if (length == 0)
            {
                return true;
            }
        }

        return false;
    }
}

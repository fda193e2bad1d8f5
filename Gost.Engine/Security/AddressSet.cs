using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Security;

/// <summary>
/// IP addresses and networks, immutable. A look-up costs one probe per different prefix length (at most 33 or 129), however many
/// networks there are. IPv4-mapped addresses count as IPv4.
/// </summary>
internal sealed class AddressSet
{
    private readonly (UInt128 Mask, HashSet<UInt128> Networks)[] _v4;
    private readonly (UInt128 Mask, HashSet<UInt128> Networks)[] _v6;

    /// <summary>Takes IPs and CIDRs; what is neither is put into <paramref name="unusable"/>.</summary>
    public AddressSet(IEnumerable<string> matchers, ICollection<string> unusable)
    {
        Dictionary<(bool IsV4, int Length), HashSet<UInt128>> byLength = [];
        foreach (var matcher in matchers)
        {
            if (!TryParse(matcher, out var address, out var length))
            {
                unusable.Add(matcher);
                continue;
            }

            var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
            if (!byLength.TryGetValue((isV4, length), out var networks))
            {
                byLength[(isV4, length)] = networks = [];
            }

            networks.Add(ToNumber(address) & MaskOf(length, isV4));
        }

        _v4 = Pick(true);
        _v6 = Pick(false);

        (UInt128, HashSet<UInt128>)[] Pick(bool isV4) =>
            [.. byLength.Where(x => x.Key.IsV4 == isV4).OrderByDescending(x => x.Key.Length).Select(x => (MaskOf(x.Key.Length, isV4), x.Value))];
    }

    /// <summary>Whether the address is in the set.</summary>
    public bool Contains(IPAddress address)
    {
        var isV4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        var number = ToNumber(address);
        foreach (var (mask, networks) in isV4 ? _v4 : _v6)
        {
            if (networks.Contains(number & mask))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Reads an IP or a CIDR; an IP is a network of its full length. IPv4 is four decimal numbers, as in Go: 10.1 would be 10.0.0.1 and 010.0.0.1 would
    /// be 8.0.0.1, which hardly anybody means.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address, out int length)
    {
        length = 0;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var written = slash < 0 ? text.AsSpan() : text.AsSpan(0, slash);
        if (!IPAddress.TryParse(written, out address)
            || (address.AddressFamily == AddressFamily.InterNetwork && !written.SequenceEqual(address.ToString())))
        {
            return false;
        }

        var isMapped = address.IsIPv4MappedToIPv6;
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return false;
        }

        if (isMapped && length >= 96)
        {
            address = address.MapToIPv4();
            length -= 96;
        }

        return true;
    }

    private static UInt128 MaskOf(int length, bool isV4)
    {
        var bits = isV4 ? 32 : 128;
        return length == 0 ? UInt128.Zero : UInt128.MaxValue << (bits - length);
    }

    private static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var written);
        if (written == 4)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        return address.IsIPv4MappedToIPv6 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

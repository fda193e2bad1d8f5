using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Framing;

/// <summary>
/// Remembers the last addresses of a channel in both forms, so that a steady flow of datagrams neither parses nor allocates. Bounded; not thread-safe.
/// </summary>
/// <remarks>
/// An address has one set of places by its hash, in which the newest comes first and the oldest goes. Any <see cref="Ways"/> addresses that take turns are so
/// remembered together: with one place for each hash, two that share it would push each other out with every datagram.
/// </remarks>
internal sealed class SocksAddressCache
{
    /// <summary>How many addresses are remembered whatever their hashes are.</summary>
    public const int Ways = 4;

    private const int Sets = 16;

    private readonly Entry?[] _read = new Entry?[Sets * Ways];
    private readonly Entry?[] _written = new Entry?[Sets * Ways];

    /// <summary>The address in <paramref name="form"/>, which is exactly one; null = it cannot be used.</summary>
    public Target? Read(ReadOnlySpan<byte> form)
    {
        HashCode hash = default;
        hash.AddBytes(form);
        var set = SetOf(_read, hash.ToHashCode());
        foreach (var known in set)
        {
            if (known is not null && form.SequenceEqual(known.Form))
            {
                return known.Address;
            }
        }

        if (!SocksAddress.TryRead(form, TargetNetwork.Udp, out var address, out _) || address is null)
        {
            return null;
        }

        Remember(set, new Entry(address, form.ToArray()));
        return address;
    }

    /// <summary>
    /// The form of an address; null and an empty host are written as 0.0.0.0, since here an address stands for a peer. Throws
    /// <see cref="FlowException"/> as <see cref="SocksAddress.LengthOf"/>.
    /// </summary>
    public ReadOnlySpan<byte> FormOf(Target? address)
    {
        address ??= Target.Placeholder(TargetNetwork.Udp);
        var set = SetOf(_written, address.GetHashCode());
        foreach (var known in set)
        {
            if (known is not null && known.Address == address)
            {
                return known.Form;
            }
        }

        Span<byte> form = stackalloc byte[SocksAddress.MaxLength];
        var length = address.Host.Length == 0
            ? SocksAddress.Write(form, new IPEndPoint(IPAddress.Any, address.Port))
            : SocksAddress.Write(form[..SocksAddress.LengthOf(address)], address);
        Entry entry = new(address, form[..length].ToArray());
        Remember(set, entry);
        return entry.Form;
    }

    private static Span<Entry?> SetOf(Entry?[] entries, int hash) => entries.AsSpan((int)((uint)hash % Sets) * Ways, Ways);

    private static void Remember(Span<Entry?> set, Entry entry)
    {
        set[..^1].CopyTo(set[1..]);
        set[0] = entry;
    }

    private sealed record Entry(Target Address, byte[] Form);
}

using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Framing;

/// <summary>
/// Remembers the last addresses of a channel in both forms, so that a steady flow of datagrams neither parses nor allocates. Bounded; not thread-safe.
/// </summary>
internal sealed class SocksAddressCache
{
    private const int Slots = 64;

    private readonly Entry?[] _read = new Entry?[Slots];
    private readonly Entry?[] _written = new Entry?[Slots];

    /// <summary>The address in <paramref name="form"/>, which is exactly one; null = it cannot be used.</summary>
    public Target? Read(ReadOnlySpan<byte> form)
    {
        HashCode hash = default;
        hash.AddBytes(form);
        ref var slot = ref _read[(uint)hash.ToHashCode() % Slots];
        if (slot is { } known && form.SequenceEqual(known.Form))
        {
            return known.Address;
        }

        if (!SocksAddress.TryRead(form, TargetNetwork.Udp, out var address, out _) || address is null)
        {
            return null;
        }

        slot = new Entry(address, form.ToArray());
        return address;
    }

    /// <summary>
    /// The form of an address; null and an empty host are written as 0.0.0.0, since here an address stands for a peer. Throws
    /// <see cref="FlowException"/> as <see cref="SocksAddress.LengthOf"/>.
    /// </summary>
    public ReadOnlySpan<byte> FormOf(Target? address)
    {
        address ??= Target.Placeholder(TargetNetwork.Udp);
        ref var slot = ref _written[(uint)address.GetHashCode() % Slots];
        if (slot is { } known && (ReferenceEquals(known.Address, address) || known.Address == address))
        {
            return known.Form;
        }

        Span<byte> form = stackalloc byte[SocksAddress.MaxLength];
        var length = address.Host.Length == 0
            ? SocksAddress.Write(form, new IPEndPoint(IPAddress.Any, address.Port))
            : SocksAddress.Write(form[..SocksAddress.LengthOf(address)], address);
        slot = new Entry(address, form[..length].ToArray());
        return slot.Form;
    }

    private sealed record Entry(Target Address, byte[] Form);
}

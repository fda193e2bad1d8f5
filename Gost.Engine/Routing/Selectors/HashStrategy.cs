using System.Globalization;
using System.Net;
using System.Text;

namespace Gost.Engine.Routing.Selectors;

/// <summary>
/// The CRC-32 of the client's IP text, or of the target's address where that was asked for, modulo the number of survivors; by chance where
/// it is not known.
/// </summary>
internal sealed class HashStrategy(Random random) : ISelectionStrategy
{
    private readonly RandomStrategy _otherwise = new(random);

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<ISelectable> candidates, in RouteQuery query)
    {
        Span<byte> text = stackalloc byte[320];
        var length = query is { HashByTarget: true, Target: not null } ? WriteTarget(query, text) : WriteClient(query, text);
        return length == 0
            ? _otherwise.Choose(survivors, candidates, query)
            : survivors[(int)(Crc32.Compute(text[..length]) % (uint)survivors.Length)];
    }

    private static int WriteTarget(in RouteQuery query, Span<byte> text)
    {
        var target = query.Target!; // Asked for before the call.
        if (!Encoding.UTF8.TryGetBytes(target.Host, text, out var length))
        {
            return 0;
        }

        return Encoding.UTF8.TryGetBytes(":", text[length..], out var colon)
            && target.Port.TryFormat(text[(length + colon)..], out var port, provider: CultureInfo.InvariantCulture)
            ? length + colon + port
            : length;
    }

    private static int WriteClient(in RouteQuery query, Span<byte> text)
    {
        var length = 0;
        if (query.Inbound is { Client: IPEndPoint { Address: { IsIPv4MappedToIPv6: false } ip } })
        {
            _ = ip.TryFormat(text, out length);
        }
        else if (query.Inbound is { } inbound)
        {
            _ = Encoding.UTF8.TryGetBytes(inbound.ClientHost, text, out length);
        }

        return length;
    }
}

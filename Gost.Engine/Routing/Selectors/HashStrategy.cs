using System.Net;
using System.Text;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing.Selectors;

/// <summary>The CRC-32 of the client's IP text modulo the number of survivors; by chance where the client is not known.</summary>
internal sealed class HashStrategy(Random random) : ISelectionStrategy
{
    private readonly RandomStrategy _otherwise = new(random);

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<Node> nodes, Inbound? inbound)
    {
        Span<byte> text = stackalloc byte[256];
        var length = 0;
        if (inbound is { Client: IPEndPoint { Address: { IsIPv4MappedToIPv6: false } ip } })
        {
            _ = ip.TryFormat(text, out length);
        }
        else if (inbound is not null)
        {
            _ = Encoding.UTF8.TryGetBytes(inbound.ClientHost, text, out length);
        }

        return length == 0
            ? _otherwise.Choose(survivors, nodes, inbound)
            : survivors[(int)(Crc32.Compute(text[..length]) % (uint)survivors.Length)];
    }
}

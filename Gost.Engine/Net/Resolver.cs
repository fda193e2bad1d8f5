using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Names to addresses by the system's resolver, anew for every flow, as GOST does. Source: spec/config.md section 9.</summary>
internal static class Resolver
{
    private static readonly IPAddress[] Loopbacks = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>
    /// All addresses of a host in the order to try them: the system's, families taking turns; none is empty. An empty host is this one. The array is not to be changed.
    /// Throws <see cref="FlowException"/> (resolve).
    /// </summary>
    public static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        // Always the loopback addresses (RFC 6761 section 6.3), and IPv4 first: a datagram socket cannot tell that nobody listens at ::1.
        if (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return Loopbacks;
        }

        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal.IsIPv4MappedToIPv6 ? literal.MapToIPv4() : literal];
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return addresses.Length > 0 ? TakeTurns(addresses) : throw Unresolved(host, "no addresses", null);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw Unresolved(host, "no such host", exception);
        }
    }

    /// <summary>Lets the two families take turns, beginning with the first address's, order kept within each.</summary>
    public static IPAddress[] TakeTurns(IPAddress[] addresses)
    {
        var first = addresses[0].AddressFamily;
        Queue<IPAddress> same = new(addresses.Where(x => x.AddressFamily == first));
        Queue<IPAddress> other = new(addresses.Where(x => x.AddressFamily != first));
        var ordered = new IPAddress[addresses.Length];
        for (var i = 0; i < ordered.Length; i++)
        {
            var useSame = other.Count == 0 || (i % 2 == 0 && same.Count > 0);
            ordered[i] = useSame ? same.Dequeue() : other.Dequeue();
        }

        return ordered;
    }

    private static FlowException Unresolved(string host, string reason, Exception? inner) =>
        new(FlowLayer.Resolve, FlowError.Unresolved, $"lookup {host}: {reason}", inner);
}

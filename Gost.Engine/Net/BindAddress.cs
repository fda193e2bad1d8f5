using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>
/// A service's <c>addr</c>, taken apart as GOST does: <c>:port</c> is dual-stack, a text that begins with a letter or a digit is
/// IPv4 only, <c>[</c> begins IPv6; empty = a free port on every address. Source: contract.md (Values).
/// </summary>
/// <param name="Text">The text as configured.</param>
/// <param name="Host">Name or literal without brackets; empty = every address.</param>
/// <param name="Port">0 = a free port of the system's choice.</param>
/// <param name="Family">What the host may resolve to; <see cref="AddressFamily.Unspecified"/> = both families on one socket.</param>
internal sealed record BindAddress(string Text, string Host, int Port, AddressFamily Family)
{
    /// <summary>True for a wildcard that takes IPv4 and IPv6 on one socket.</summary>
    public bool DualStack => Family == AddressFamily.Unspecified;

    /// <summary>Takes the text apart. <paramref name="network"/> (<c>tcp</c>, <c>udp</c>) only words the error. Throws <see cref="FlowException"/>.</summary>
    public static BindAddress Parse(string text, string network)
    {
        if (text.Length == 0)
        {
            return new BindAddress(text, "", 0, AddressFamily.Unspecified);
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || (text[0] == '[' && colon < text.IndexOf(']', StringComparison.Ordinal)))
        {
            throw Bad(network, text, "missing port in address");
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            throw Bad(network, text, "invalid port");
        }

        var host = text[..colon];
        if (host.Length == 0)
        {
            return new BindAddress(text, "", port, AddressFamily.Unspecified);
        }

        if (host[0] == '[')
        {
            if (host[^1] != ']' || !IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var literal))
            {
                throw Bad(network, text, "invalid IPv6 address");
            }

            // The IPv6 wildcard takes IPv4 as well, as Go's listen does.
            var family = literal.Equals(IPAddress.IPv6Any) ? AddressFamily.Unspecified : AddressFamily.InterNetworkV6;
            return new BindAddress(text, family == AddressFamily.Unspecified ? "" : host[1..^1], port, family);
        }

        return host.Contains(':')
            ? throw Bad(network, text, "too many colons in address")
            : new BindAddress(text, host, port, AddressFamily.InterNetwork);
    }

    /// <summary>
    /// The end point to bind. Names are looked up; a wildcard becomes <see cref="IPAddress.IPv6Any"/>, or <see cref="IPAddress.Any"/> where
    /// the system has no IPv6. Throws <see cref="FlowException"/> when the name has no usable address.
    /// </summary>
    public async ValueTask<IPEndPoint> ResolveAsync(string network, CancellationToken cancellationToken)
    {
        if (DualStack)
        {
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, Port);
        }

        if (IPAddress.TryParse(Host, out var literal))
        {
            return literal.AddressFamily == Family ? new IPEndPoint(literal, Port) : throw Bad(network, Text, "no suitable address");
        }

        if (Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new IPEndPoint(IPAddress.Loopback, Port);
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(Host, Family, cancellationToken);
            return found.Length > 0 ? new IPEndPoint(found[0], Port) : throw Bad(network, Text, "no suitable address");
        }
        catch (SocketException e)
        {
            throw new FlowException(FlowLayer.Bind, FlowError.Unresolved, $"listen {network} {Text}: lookup {Host}: no such host", e);
        }
    }

    private static FlowException Bad(string network, string text, string reason) =>
        new(FlowLayer.Bind, FlowError.Failed, $"listen {network} {text}: address {text}: {reason}");
}

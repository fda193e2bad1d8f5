using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Remote;

/// <summary>The address that a client asks to bind, as the engine's sockets know it.</summary>
internal static class BoundAddress
{
    private const string DoubledWildcard = "0.0.0.0::";

    /// <summary>
    /// No host and <c>::</c> are every address of both families, <c>0.0.0.0</c> every IPv4 address, a name its IPv4 address. Some versions of GOST ask relay
    /// for a domain <c>0.0.0.0::PORT</c> and port 0 where they mean every address (spec/wire/relay.md section 12).
    /// </summary>
    public static BindAddress Of(Target wanted)
    {
        var (host, port) = (wanted.Host, wanted.Port);
        if (port == 0 && host.StartsWith(DoubledWildcard, StringComparison.Ordinal)
            && ushort.TryParse(host.AsSpan(DoubledWildcard.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var inHost))
        {
            (host, port) = ("", inHost);
        }

        var literal = IPAddress.TryParse(host, out var ip) ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip : null;
        if (host.Length == 0 || IPAddress.IPv6Any.Equals(literal))
        {
            return new BindAddress($":{port}", "", port, AddressFamily.Unspecified);
        }

        return literal?.AddressFamily == AddressFamily.InterNetworkV6
            ? new BindAddress($"[{literal}]:{port}", literal.ToString(), port, AddressFamily.InterNetworkV6)
            : new BindAddress($"{literal?.ToString() ?? host}:{port}", literal?.ToString() ?? host, port, AddressFamily.InterNetwork);
    }
}

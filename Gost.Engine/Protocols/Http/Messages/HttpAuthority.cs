using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>A host with or without port as it stands in a request: <c>example.com:443</c>, <c>[::1]</c>.</summary>
internal static class HttpAuthority
{
    /// <summary>Where requests without port go, CONNECT included as in GOST. Source: spec/wire/http.md section 3.</summary>
    public const int DefaultPort = 80;

    /// <summary>The target that an authority names; null when it names none: no host, a port that is no number, other characters.</summary>
    public static Target? Parse(string authority, TargetNetwork network)
    {
        var (host, port) = Split(authority);
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            if (!IPAddress.TryParse(host, out var literal) || literal.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return null;
            }
        }
        else if (!HttpText.IsHostName(host))
        {
            return null;
        }

        if (string.IsNullOrEmpty(port))
        {
            return host.Length > 0 ? new Target(network, host, DefaultPort) : null;
        }

        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new Target(network, host, number) : null;
    }

    /// <summary>
    /// An address as GOST writes it: names in their ASCII form, IPv6 in brackets and without scope. Throws <see cref="FlowException"/> for a name that
    /// would break the request.
    /// </summary>
    public static string Write(Target target)
    {
        var host = target.Host;
        if (host.Contains(':') && IPAddress.TryParse(host, out var address))
        {
            // A scope means nothing to another host.
            return $"[{new IPAddress(address.GetAddressBytes())}]:{target.Port.ToString(CultureInfo.InvariantCulture)}";
        }

        try
        {
            host = host.All(char.IsAscii) ? host : new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException e)
        {
            throw NotAName(e);
        }

        return HttpText.IsHostName(host) ? $"{host}:{target.Port.ToString(CultureInfo.InvariantCulture)}" : throw NotAName(null);
    }

    /// <summary>The host of an authority, without brackets and port.</summary>
    public static string HostOf(string authority) => Split(authority).Host.Trim('[', ']');

    private static (string Host, string? Port) Split(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon < 0 || authority.EndsWith(']') ? (authority, null) : (authority[..colon], authority[(colon + 1)..]);
    }

    private static FlowException NotAName(Exception? inner) =>
        new(FlowLayer.Connect, FlowError.Failed, "http: the target's host cannot stand in a request", inner);
}

using System.Globalization;
using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing;

/// <summary>Reads the address of a target or node as GOST writes it. Source: spec/config.md section 4.</summary>
internal static class TargetAddress
{
    private const string UnixScheme = "unix://";

    /// <summary>The network of a node: its <c>network</c> member if it names one, else the flow's.</summary>
    public static TargetNetwork NetworkOf(string network, TargetNetwork flow)
    {
        if (network.StartsWith("tcp", StringComparison.OrdinalIgnoreCase))
        {
            return TargetNetwork.Tcp;
        }

        if (network.StartsWith("udp", StringComparison.OrdinalIgnoreCase))
        {
            return TargetNetwork.Udp;
        }

        return network.StartsWith("unix", StringComparison.OrdinalIgnoreCase) ? TargetNetwork.Unix : flow;
    }

    /// <summary>
    /// <c>host:port</c>, <c>[v6]:port</c>, <c>:port</c>, a host or address without port (port 0), the path of a unix socket.
    /// A port that is no number of 0 to 65535 becomes 0, which no dial accepts.
    /// </summary>
    public static Target Parse(string addr, TargetNetwork network)
    {
        if (addr.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            return new Target(TargetNetwork.Unix, addr[UnixScheme.Length..], 0);
        }

        if (network == TargetNetwork.Unix || addr.StartsWith('/') || addr.StartsWith('@'))
        {
            return new Target(TargetNetwork.Unix, addr, 0);
        }

        // An address in colons without brackets has no port: fd00::1 for one.
        if (addr.IndexOf(':') != addr.LastIndexOf(':') && !addr.StartsWith('[') && IPAddress.TryParse(addr, out _))
        {
            return new Target(network, addr, 0);
        }

        var split = addr.LastIndexOf(':');
        if (split < 0 || addr.EndsWith(']'))
        {
            return new Target(network, Unbracket(addr), 0);
        }

        var isPort = ushort.TryParse(addr.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return new Target(network, Unbracket(addr[..split]), isPort ? port : 0);
    }

    private static string Unbracket(string host) => host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
}

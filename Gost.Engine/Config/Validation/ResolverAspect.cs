using System.Net;
using Gost.Engine.Config.Model;
using Gost.Engine.Net.NameServers;

namespace Gost.Engine.Config.Validation;

/// <summary>Name servers: which of them this build can ask, and how.</summary>
internal sealed class ResolverAspect : Aspect<ResolverConfig>
{
    /// <inheritdoc/>
    protected override void Check(ResolverConfig config, Report report)
    {
        if (config.Plugin is not null)
        {
            report.Warn("/plugin", "plugin is kept but has no effect yet: the name servers are asked");
        }

        var usable = 0;
        for (var i = 0; i < config.Nameservers.Count; i++)
        {
            var server = config.Nameservers[i];
            if (DnsServer.Read(server.Addr, out var reason) is { } address)
            {
                usable++;
                CheckServer(report, $"/nameservers/{i}", server, address.Transport);
            }
            else
            {
                report.Warn($"/nameservers/{i}/addr", $"{reason}: this one is left out");
            }
        }

        if (usable == 0)
        {
            report.Warn("/nameservers", "no name server is left to ask: names are resolved by hosts and the system");
        }
    }

    private static void CheckServer(Report report, string pointer, NameserverConfig server, DnsTransport transport)
    {
        foreach (var (member, value) in new[] { ("prefer", server.Prefer), ("only", server.Only) })
        {
            if (value.ToLowerInvariant() is not ("" or "ipv4" or "ipv6"))
            {
                report.Warn($"{pointer}/{member}", $"{member} is ipv4 or ipv6; anything else has no effect");
            }
        }

        if (server.ClientIp.Length > 0 && !IPAddress.TryParse(server.ClientIp, out _))
        {
            report.Warn($"{pointer}/clientIP", "clientIP is no IP address: none is sent");
        }

        if (server.Hostname.Length > 0 && transport != DnsTransport.Tls)
        {
            report.Warn($"{pointer}/hostname", "hostname is the server's name in its certificate: it has no effect without tls");
        }

        if (server.Async)
        {
            report.Warn($"{pointer}/async", "async is kept but has no effect yet: a name whose answer is over is asked for again before it is used");
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gost.Api.Http;

namespace Gost.Api.Hosting;

/// <summary>An address of the program's own endpoints: <c>host:port</c>, <c>:port</c> or <c>unix:///path</c>.</summary>
internal sealed record ListenAddress(string Host, int Port, string? UnixPath)
{
    private const string UnixScheme = "unix://";

    /// <summary>Only processes of this machine can reach it.</summary>
    public bool IsLocal => UnixPath is not null || LoopbackNames.IsLoopback(Host);

    /// <summary>Reads an address. Throws <see cref="StartRefusedException"/>.</summary>
    public static ListenAddress Parse(string text, string setting)
    {
        if (text.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            return text.Length > UnixScheme.Length ? new("", 0, text[UnixScheme.Length..]) : throw Refused(text, setting);
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw Refused(text, setting);
        }

        var host = text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        return host.Contains(':') && !bracketed ? throw Refused(text, setting) : new(bracketed ? host[1..^1] : host, port, null);
    }

    /// <summary>What to bind: the address, every address for an empty host, all addresses of a name.</summary>
    public async Task<IReadOnlyList<EndPoint>> ResolveAsync(CancellationToken cancellationToken)
    {
        if (UnixPath is not null)
        {
            return [new UnixDomainSocketEndPoint(UnixPath)];
        }

        if (Host.Length == 0)
        {
            return [new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, Port)];
        }

        if (IPAddress.TryParse(Host, out var address))
        {
            return [new IPEndPoint(address, Port)];
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(Host, cancellationToken);
            return [.. (Port == 0 ? found.Take(1) : found.Distinct()).Select(x => new IPEndPoint(x, Port))];
        }
        catch (SocketException fault)
        {
            throw new StartRefusedException($"host {Host} has no address: {fault.Message}", fault);
        }
    }

    private static StartRefusedException Refused(string text, string setting) =>
        new($"{setting} {text} is no address: write host:port, :port or unix:///path");
}

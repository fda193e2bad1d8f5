using System.Globalization;

namespace Gost.Ssh.Keys;

/// <summary>A target, or a listener, that a key may forward to. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT.</summary>
/// <param name="Host">The host as written; <c>*</c> = any.</param>
/// <param name="Port">The port; null = any.</param>
public sealed record PermittedTarget(string Host, ushort? Port)
{
    /// <summary>Reads <c>host:port</c>, <c>[address]:port</c>, and where <paramref name="takesPort"/> a port alone; null when it is none of them.</summary>
    internal static PermittedTarget? Parse(string text, bool takesPort)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 && !takesPort)
        {
            return null;
        }

        var host = colon < 0 ? "*" : text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':'))
        {
            return null;
        }

        var port = text[(colon + 1)..];
        return host.Length == 0 ? null
            : port == "*" ? new PermittedTarget(host, null)
            : ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new PermittedTarget(host, number)
            : null;
    }

    /// <summary>Whether this is the host and port; with <paramref name="isPattern"/> the host may hold wildcards.</summary>
    internal bool Covers(string host, int port, bool isPattern) =>
        (Port is null || Port == port)
        && (Host == "*" || (isPattern ? HostPatterns.Matches(Host, host) : string.Equals(Host, host, StringComparison.OrdinalIgnoreCase)));
}

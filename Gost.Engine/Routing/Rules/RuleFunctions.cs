using System.Collections.Frozen;
using System.Net;
using System.Text.RegularExpressions;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Gost.Engine.Security;

namespace Gost.Engine.Routing.Rules;

/// <summary>The functions of the rule language. Source: spec/config.md section 6.</summary>
internal static class RuleFunctions
{
    // No back-tracking, as in Go: no pattern can take long, whatever host a client asks for.
    private const RegexOptions Pattern = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    /// <summary>All functions by name, without regard to case.</summary>
    public static FrozenDictionary<string, RuleFunction> All { get; } = new RuleFunction[]
    {
        new("ClientIP", (1, 1), RuleNeed.Flow),
        new("Network", (1, 1), RuleNeed.Flow),
        new("Admission", (1, 1), RuleNeed.Flow),
        new("Host", (1, 1), RuleNeed.Host),
        new("HostRegexp", (1, 1), RuleNeed.Host),
        new("Proto", (1, 1), RuleNeed.Request),
        new("Method", (1, 1), RuleNeed.Request),
        new("Path", (1, 1), RuleNeed.Request),
        new("PathPrefix", (1, 1), RuleNeed.Request),
        new("PathRegexp", (1, 1), RuleNeed.Request),
        new("Header", (1, 3), RuleNeed.Request),
        new("HeaderRegexp", (1, 2), RuleNeed.Request),
        new("Query", (1, 3), RuleNeed.Request),
        new("QueryRegexp", (1, 2), RuleNeed.Request),
        new("BodyJSON", (1, 3), RuleNeed.Request),
        new("BodyRegexp", (1, 1), RuleNeed.Request),
        new("Bypass", (1, 1), RuleNeed.Unsupported),
    }.ToFrozenDictionary(static x => x.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The predicate of a call. Throws <see cref="FormatException"/> for an argument that it cannot use.</summary>
    /// <param name="function">What is called.</param>
    /// <param name="arguments">As many as it takes.</param>
    /// <param name="admissions">Finds admissions by name; null while a rule is only checked.</param>
    public static RulePredicate Create(RuleFunction function, IReadOnlyList<string> arguments, NamedRefTable<Admission>? admissions)
    {
        switch (function.Name)
        {
            case "ClientIP":
                return ClientIp(arguments[0]);
            case "Network":
                return Network(arguments[0]);
            case "Admission":
                return Admits(arguments[0], admissions);
            case "Host":
                return Host(arguments[0]);
            case "HostRegexp":
                return HostRegexp(arguments[0]);
            case "Path" or "PathPrefix" when !arguments[0].StartsWith('/'):
                throw new FormatException($"the path {arguments[0]} does not begin with /");
            case "PathRegexp" or "HeaderRegexp" or "QueryRegexp" or "BodyRegexp":
                _ = Compile(arguments[^1]);
                return static (in RouteQuery _) => null;
            default:
                return static (in RouteQuery _) => null;
        }
    }

    private static RulePredicate ClientIp(string text)
    {
        if (IPAddress.TryParse(text, out var wanted))
        {
            wanted = Plain(wanted);
            return (in RouteQuery query) => ClientOf(query) is { } client ? client.Equals(wanted) : null;
        }

        // A prefix with host bits set is one all the same, as in GOST.
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out var prefix)
            || !int.TryParse(text.AsSpan(slash + 1), out var length) || length < 0 || length > prefix.GetAddressBytes().Length * 8)
        {
            throw new FormatException($"{text} is neither an IP address nor a CIDR");
        }

        IPNetwork network = new(Masked(prefix, length), length);
        return (in RouteQuery query) => ClientOf(query) is { } client ? network.Contains(client) : null;
    }

    private static RulePredicate Network(string text)
    {
        var name = text.Trim().ToLowerInvariant();
        if (name is not ("tcp" or "tcp4" or "tcp6" or "udp" or "udp4" or "udp6" or "unix"))
        {
            throw new FormatException($"unknown network {text}; use tcp, udp or unix");
        }

        var wanted = TargetAddress.NetworkOf(name, TargetNetwork.Tcp);
        return (in RouteQuery query) => query.Network == wanted;
    }

    private static RulePredicate Admits(string name, NamedRefTable<Admission>? admissions)
    {
        // A missing admission admits nobody.
        var reference = admissions?.Get(name);
        return (in RouteQuery query) => ClientOf(query) is { } client ? reference?.Current?.Admits(client) == true : null;
    }

    private static RulePredicate Host(string text)
    {
        HostPattern pattern = new(text);
        return (in RouteQuery query) => HostOf(query) is { } host ? pattern.Matches(host) : null;
    }

    private static RulePredicate HostRegexp(string text)
    {
        var regex = Compile(text);
        return (in RouteQuery query) => HostOf(query) is { } host ? regex.IsMatch(host) : null;
    }

    private static Regex Compile(string text)
    {
        try
        {
            return new Regex(text, Pattern);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"{text} is no regular expression: {exception.Message}", exception);
        }
    }

    private static string? HostOf(in RouteQuery query) =>
        query.Target is { Network: not TargetNetwork.Unix, Host: { Length: > 0 } host } ? host : null;

    private static IPAddress? ClientOf(in RouteQuery query) => query.Inbound?.Client is IPEndPoint client ? Plain(client.Address) : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> kept);
        }

        return new IPAddress(bytes);
    }
}

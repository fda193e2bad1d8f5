using Gost.Engine.Catalog;
using Gost.Engine.Config.Binding;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// The two types that a scheme stands for. A part that GOST does not know it replaces in silence; here that is refused, but for
/// one-part schemes, which only have to be known as either kind. Source: spec/cli.md section 2; contract.md, Conversion.
/// </summary>
internal static class SchemeTypes
{
    private const string WriteKnown = "write one or two types joined by '+', relay+tls:// for one";

    /// <summary>Handler and listener of a <c>-L</c> scheme; null, with findings, when it names an unknown type.</summary>
    public static (string Handler, string Listener)? Service(string scheme, ArgumentFindings findings)
    {
        var types = Resolve(scheme, ("handler", GostTypeNames.Handlers), ("listener", GostTypeNames.Listeners), ("auto", "tcp"), findings);
        return types is null ? null : (types.Value.First, types.Value.Second);
    }

    /// <summary>Connector and dialer of a <c>-F</c> scheme; null, with findings, when it names an unknown type.</summary>
    public static (string Connector, string Dialer)? Node(string scheme, ArgumentFindings findings)
    {
        // A node without a scheme reads as auto://, which is no connector: GOST makes it http.
        var normal = scheme == "auto" ? "http" : scheme.StartsWith("auto+", StringComparison.Ordinal) ? "http" + scheme[4..] : scheme;
        var types = Resolve(normal, ("connector", GostTypeNames.Connectors), ("dialer", GostTypeNames.Dialers), ("http", "tcp"), findings);
        return types is null ? null : (types.Value.First, types.Value.Second);
    }

    private static (string First, string Second)? Resolve(
        string scheme,
        (string Kind, IReadOnlySet<string> Names) first,
        (string Kind, IReadOnlySet<string> Names) second,
        (string First, string Second) fallback,
        ArgumentFindings findings)
    {
        var parts = scheme.Split('+');
        switch (parts.Length)
        {
            case 1 when first.Names.Contains(scheme) || second.Names.Contains(scheme):
                var known = first.Names.Contains(scheme) ? scheme : fallback.First;
                return (known, second.Names.Contains(scheme) ? scheme : known == "ssu" ? "udp" : fallback.Second);

            case 1:
                findings.Add($"unknown type '{scheme}'", WriteKnown, Suggestions.Find(scheme, first.Names.Concat(second.Names)));
                return null;

            case 2:
                var before = findings.Count;
                Check(parts[0], first, second, findings);
                Check(parts[1], second, first, findings);
                return findings.Count > before ? null : (parts[0], parts[1]);

            default:
                findings.Add($"the scheme '{scheme}' has {parts.Length} parts", WriteKnown);
                return null;
        }
    }

    private static void Check(
        string type, (string Kind, IReadOnlySet<string> Names) wanted, (string Kind, IReadOnlySet<string> Names) other, ArgumentFindings findings)
    {
        if (wanted.Names.Contains(type))
        {
            return;
        }

        if (other.Names.Contains(type))
        {
            var place = wanted.Kind is "listener" or "dialer" ? "after" : "before";
            findings.Add($"'{type}' is a {other.Kind} type, not a {wanted.Kind} type", $"write a {wanted.Kind} type {place} the '+'");
        }
        else
        {
            findings.Add($"unknown {wanted.Kind} type '{type}'", WriteKnown, Suggestions.Find(type, wanted.Names));
        }
    }
}

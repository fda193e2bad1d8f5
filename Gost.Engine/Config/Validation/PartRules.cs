using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>
/// Warns about <c>tls</c> and credentials on parts (handlers, listeners, dialers, connectors) whose type does not act on them. Which does is
/// said where the type is registered; types that cannot run here are refused elsewhere.
/// </summary>
internal static class PartRules
{
    // The command line gives every dialer the server's name (spec/cli.md section 4).
    private static readonly TlsConfig Unset = new();

    /// <summary>A handler or listener.</summary>
    public static void CheckServer(
        Report report, string noun, string type, IReadOnlyDictionary<string, ActingMembers> supported, AuthMembers auth, TlsConfig? tls)
    {
        if (!supported.TryGetValue(type, out var acts))
        {
            return;
        }

        if (!acts.HasFlag(ActingMembers.Auth))
        {
            foreach (var (member, isSet) in new[] { ("auther", auth.Auther.Length > 0), ("authers", auth.Authers > 0), ("auth", auth.Auth is not null) })
            {
                if (isSet)
                {
                    report.Warn($"/{noun}/{member}", $"{member} has no effect on {noun} type {type}: it asks for no credentials");
                }
            }
        }

        if (tls is not null && !acts.HasFlag(ActingMembers.Tls))
        {
            report.Warn($"/{noun}/tls", $"tls has no effect on {noun} type {type}: it speaks no TLS");
        }
        else if (tls is not null)
        {
            TlsPartRules.CheckServer(tls, $"/{noun}/tls", report.Warn);
        }
    }

    /// <summary>A dialer or connector of the node at <paramref name="pointer"/>.</summary>
    public static void CheckClient(
        Report report, string pointer, string noun, string type, IReadOnlyDictionary<string, ActingMembers> supported, AuthConfig? auth, TlsConfig? tls)
    {
        if (!supported.TryGetValue(type, out var acts))
        {
            return;
        }

        if (auth is not null && !acts.HasFlag(ActingMembers.Auth))
        {
            report.Warn($"{pointer}/{noun}/auth", $"auth has no effect on {noun} type {type}: no credentials are sent");
        }

        if (tls is not null && !acts.HasFlag(ActingMembers.Tls) && (noun != "dialer" || tls with { ServerName = "" } != Unset))
        {
            var effect = noun == "dialer" ? "the connection is not encrypted" : "it speaks no TLS";
            report.Warn($"{pointer}/{noun}/tls", $"tls has no effect on {noun} type {type}: {effect}");
        }

        if (acts.HasFlag(ActingMembers.Tls))
        {
            TlsPartRules.CheckClient(report, $"{pointer}/{noun}", noun, tls ?? Unset);
        }
    }

    /// <summary>What a handler or listener says of who may use it; <paramref name="Authers"/> counts them.</summary>
    internal readonly record struct AuthMembers(string Auther, int Authers, AuthConfig? Auth);
}

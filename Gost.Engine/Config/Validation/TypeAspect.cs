using Gost.Engine.Catalog;
using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Validation;

/// <summary>Handler and listener types: known, able to run here, able to work together.</summary>
internal sealed class TypeAspect : Aspect<ServiceConfig>
{
    private const string Ssh = "sshd";
    private static readonly string[] Streams = ["tcp", "rtcp"];
    private static readonly string[] Packets = ["udp", "rudp"];

    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        // The defaults are GOST's.
        var handler = config.Handler?.Type is { Length: > 0 } h ? h : "auto";
        var listener = config.Listener?.Type is { Length: > 0 } l ? l : "tcp";
        var handlerRuns = Check(report, config.Handler?.Type, handler, "handler", GostTypeNames.Handlers, report.Context.Supported.Handlers, "");
        var listenerRuns = Check(report, config.Listener?.Type, listener, "listener", GostTypeNames.Listeners, report.Context.Supported.Listeners, "");
        if (handlerRuns && listenerRuns
            && ((Streams.Contains(handler) && Packets.Contains(listener)) || (Packets.Contains(handler) && Streams.Contains(listener))))
        {
            report.Error("/handler/type", $"handler {handler} cannot serve listener {listener}; use {listener} for both, or handler forward", listener);
        }

        if (handlerRuns && listenerRuns && (handler == Ssh) != (listener == Ssh))
        {
            report.Error(
                handler == Ssh ? "/listener/type" : "/handler/type",
                $"handler {handler} cannot serve listener {listener}: sshd goes with sshd only; another protocol over SSH has listener ssh",
                Ssh);
        }

        if (handler == Ssh && config.Handler is { } own && (own.Auther.Length > 0 || own.Authers.Count > 0 || own.Auth is not null))
        {
            report.Error("/handler/auth", "sshd asks for credentials when clients log in: set listener.auth, listener.auther or authorizedKeys of the listener");
        }
    }

    /// <summary>Reports a type that GOST does not know or that this build cannot run; true when it can.</summary>
    /// <param name="report">Takes the finding.</param>
    /// <param name="written">The type as written; null or empty = left out.</param>
    /// <param name="type">The type in force.</param>
    /// <param name="noun">handler, listener, dialer or connector: also the member's name.</param>
    /// <param name="known">GOST's types.</param>
    /// <param name="supported">Those of this build.</param>
    /// <param name="pointer">The pointer of the member's parent.</param>
    public static bool Check(
        Report report, string? written, string type, string noun, IEnumerable<string> known, IReadOnlyDictionary<string, ActingMembers> supported, string pointer)
    {
        if (supported.ContainsKey(type))
        {
            return true;
        }

        var place = $"{pointer}/{noun}/type";
        if (known.Contains(type))
        {
            var isDefault = string.IsNullOrEmpty(written) ? " (the default when none is given)" : "";
            report.Error(place, $"{noun} type {type}{isDefault} is not supported by this build; it runs: {string.Join(", ", supported.Keys.Order(StringComparer.Ordinal))}");
            return false;
        }

        var suggestion = Suggestions.Find(type, known);
        var hint = suggestion is null ? "" : $"; did you mean {suggestion}?";
        report.Error(place, $"unknown {noun}: {JsonPointer.Shorten(type)}{hint}", suggestion);
        return false;
    }
}

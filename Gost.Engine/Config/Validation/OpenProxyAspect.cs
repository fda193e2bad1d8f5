using System.Collections.Frozen;
using System.Net;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>
/// A proxy that asks nobody for credentials and that others can reach is open, as in GOST; it is warned about (contract.md, What runs). One behind an
/// admission, or that forwards to targets of its own only, is not open.
/// </summary>
internal sealed class OpenProxyAspect : Aspect<ServiceConfig>
{
    /// <summary>What such a warning says.</summary>
    private const string Advice = "asks for no credentials: whoever reaches it can use it; set ";

    private const string HandlerMembers = "handler.auth or handler.auther";
    private const string ListenerMembers = "listener.auth, listener.auther or authorizedKeys";

    private static readonly FrozenSet<string> Proxies =
        new[] { "auto", "http", "socks", "socks5", "socks4", "socks4a", "relay", "ss", "ssu", "sshd" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a warning is this one.</summary>
    public static bool IsMeant(string warning) => warning.Contains(Advice, StringComparison.Ordinal);

    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        var handler = config.Handler ?? new HandlerConfig();
        var type = handler.Type.Length > 0 ? handler.Type : "auto";
        var runs = Proxies.Contains(type) && report.Context.Supported.Handlers.ContainsKey(type);
        if (runs && !AsksForCredentials(handler) && !AsksAtLogin(config.Listener) && !IsClosed(config, type) && !IsLocal(config))
        {
            report.Warn("/handler", $"{type} proxy at {(config.Addr.Length > 0 ? config.Addr : ":0")} {Advice}{(type == "sshd" ? ListenerMembers : HandlerMembers)}");
        }
    }

    private static bool AsksForCredentials(HandlerConfig handler) =>
        handler.Auther.Length > 0 || handler.Authers.Count > 0 || handler.Auth is { } auth && (auth.Username + auth.Password + auth.File).Length > 0;

    /// <summary>SSH lets nobody through who did not log in.</summary>
    private static bool AsksAtLogin(ListenerConfig? listener) =>
        listener is { Type: "ssh" or "sshd" }
        && (listener.Auther.Length > 0 || listener.Authers.Count > 0 || listener.Auth is { } auth && (auth.Username + auth.Password).Length > 0
            || listener.Metadata.Any(static x => x.Key.Equals("authorizedKeys", StringComparison.OrdinalIgnoreCase) && x.Value is string { Length: > 0 }));

    private static bool IsClosed(ServiceConfig config, string type) =>
        config.Admission.Length > 0
        || config.Admissions.Count > 0
        || (type == "relay" && config.Forwarder is { } forwarder && (forwarder.Nodes.Count > 0 || (forwarder.Hop + forwarder.Name).Length > 0));

    private static bool IsLocal(ServiceConfig config)
    {
        if (config.Addr.StartsWith('/') || config.Addr.StartsWith('@') || !HostPort.TryParse(config.Addr, out var address, out _))
        {
            // A socket in the file system has rights of its own; what cannot be read is refused elsewhere.
            return config.Addr.Length > 0;
        }

        return address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
    }
}

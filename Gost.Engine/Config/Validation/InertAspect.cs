using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Members of a service that are kept but that this build does not act on, or acts on elsewhere.</summary>
internal sealed class InertAspect : Aspect<ServiceConfig>
{
    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        CheckChains(config, report);
        foreach (var (member, isSet) in new[]
        {
            ("logger", config.Logger.Length > 0),
            ("loggers", config.Loggers.Count > 0),
            ("observer", config.Observer.Length > 0),
            ("rewriter", config.Rewriter.Length > 0),
            ("cache", config.Cache.Length > 0),
            ("recorders", config.Recorders.Count > 0),
            ("handler/observer", config.Handler?.Observer.Length > 0),
        })
        {
            if (isSet)
            {
                report.Warn($"/{member}", $"{member.Replace('/', '.')} is kept but has no effect yet");
            }
        }

        foreach (var key in new[] { "netns", "netns.out" })
        {
            if (config.Metadata.ContainsKey(key))
            {
                report.Error($"/metadata/{key}", $"{key} is not supported by this build");
            }
        }

        // The defaults are GOST's.
        var supported = report.Context.Supported;
        var (handler, listener) = (config.Handler ?? new HandlerConfig(), config.Listener ?? new ListenerConfig());
        PartRules.CheckServer(
            report, "handler", handler.Type.Length > 0 ? handler.Type : "auto", supported.Handlers,
            new(handler.Auther, handler.Authers.Count, handler.Auth), handler.Tls);
        PartRules.CheckServer(
            report, "listener", listener.Type.Length > 0 ? listener.Type : "tcp", supported.Listeners,
            new(listener.Auther, listener.Authers.Count, listener.Auth), listener.Tls);
    }

    private static void CheckChains(ServiceConfig config, Report report)
    {
        foreach (var (pointer, group) in new[] { ("/handler/chainGroup", config.Handler?.ChainGroup), ("/listener/chainGroup", config.Listener?.ChainGroup) })
        {
            if (group is not null)
            {
                GroupRules.CheckChains(report, pointer, group);
            }
        }

        var handlerHasChain = config.Handler is { Chain.Length: > 0 } or { ChainGroup: not null };
        if (config.Listener?.ChainGroup is not null && !ServiceFacts.BindsRemotely(config))
        {
            report.Warn("/listener/chainGroup", handlerHasChain
                ? "this listener does not bind through a chain, and the handler has one: listener.chainGroup has no effect"
                : "this listener does not bind through a chain: listener.chainGroup acts as handler.chainGroup");
        }

        // The port-forwarding page of GOST writes it there (contract.md, Values).
        if (config.Listener?.Chain.Length > 0 && !ServiceFacts.BindsRemotely(config))
        {
            report.Warn("/listener/chain", !handlerHasChain
                ? "this listener does not bind through a chain: listener.chain acts as handler.chain"
                : "this listener does not bind through a chain, and handler.chain is set: listener.chain has no effect");
        }
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>Finds the way of a service's flows: through its chain, or from this host. Source: spec/forwarding.md section 3.</summary>
internal sealed class Router
{
    private static readonly TimeSpan DefaultDialTimeout = TimeSpan.FromSeconds(15);

    private readonly EngineServices _engine;
    private readonly ChainGroup? _chains;
    private readonly bool _directFallback;
    private readonly SocketDialer _sockets;

    private Router(ServiceConfig service, MetadataReader metadata, EngineServices engine, string chain, ChainGroupConfig? group, string part)
    {
        var ignoreChain = metadata.GetBool(false, "ignoreChain");
        _engine = engine;
        _chains = ignoreChain ? null : ChainGroup.Compile(chain, group, $"/{part}/chainGroup", engine, metadata.Findings);
        _directFallback = metadata.GetBool(engine.Options.DirectFallback, "compat.directFallback");
        _sockets = SocketDialer.ForService(service, metadata, engine);
        var timeout = metadata.GetTimeout(DefaultDialTimeout, "dialTimeout");
        DialTimeout = timeout > TimeSpan.Zero ? timeout : timeout < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : DefaultDialTimeout;
    }

    /// <summary>Whether a chain is named, existing or not.</summary>
    public bool HasChain => _chains is not null;

    /// <summary>How long one attempt may take as a whole: resolve, chain and target (<c>dialTimeout</c>); infinite = no limit.</summary>
    public TimeSpan DialTimeout { get; }

    /// <summary>
    /// The way to targets: <c>handler.chain</c>, else <c>listener.chain</c> of a listener that does not bind remotely.
    /// Reads <c>ignoreChain</c>, <c>dialTimeout</c>, <c>interface</c>, <c>so_mark</c>, <c>compat.directFallback</c> of the service's metadata.
    /// </summary>
    public static Router ForHandler(ServiceConfig service, MetadataReader serviceMetadata, EngineServices engine)
    {
        var chain = service.Handler?.Chain ?? "";
        var group = service.Handler?.ChainGroup;
        var part = "handler";
        if (chain.Length == 0 && group is null && !BindsRemotely(service.Listener))
        {
            chain = service.Listener?.Chain ?? "";
            group = service.Listener?.ChainGroup;
            part = "listener";
        }

        return new Router(service, serviceMetadata, engine, chain, group, part);
    }

    /// <summary>The way a listener binds through: <c>listener.chain</c>.</summary>
    public static Router ForListener(ServiceConfig service, MetadataReader serviceMetadata, EngineServices engine) =>
        new(service, serviceMetadata, engine, service.Listener?.Chain ?? "", service.Listener?.ChainGroup, "listener");

    /// <summary>
    /// Selects the nodes of a way to <paramref name="target"/>. Throws <see cref="FlowException"/> (select, no node) when a chain, hop or
    /// node is missing: nothing goes direct that was meant for a chain, unless <c>compat.directFallback</c> is set.
    /// </summary>
    public IRoute Route(Target target, Inbound? inbound) => Route(target, inbound, DialTimeout);

    /// <summary>The same with a limit of time of its own.</summary>
    public IRoute Route(Target target, Inbound? inbound, TimeSpan limit) => Route(new RouteQuery(target.Network, target, inbound), limit);

    /// <summary>The same for a query of its own.</summary>
    public IRoute Route(in RouteQuery query, TimeSpan limit)
    {
        DialLimit dialLimit = new(limit, _engine.Time);
        var direct = _sockets.For(query.Inbound);
        if (_chains is null)
        {
            return new DirectRoute(direct, dialLimit);
        }

        var (chain, steps) = _chains.Select(query, _directFallback);
        var again = query;
        return chain is null || steps.Length == 0
            ? new DirectRoute(direct, dialLimit)
            : new ChainRoute(chain, steps, direct, query.Inbound, dialLimit, _engine, reselect: () => _chains.Select(again, _directFallback));
    }

    private static bool BindsRemotely(ListenerConfig? listener) => listener?.Type.ToLowerInvariant() is "rtcp" or "rudp" or "runix";
}

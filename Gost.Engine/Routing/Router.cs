using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>Finds the way of a service's flows: through its chain, or from this host. Source: spec/forwarding.md section 3.</summary>
internal sealed class Router
{
    /// <summary>
    /// The way to targets: <c>handler.chain</c>, else <c>listener.chain</c> of a listener that does not bind remotely.
    /// Reads <c>ignoreChain</c>, <c>interface</c>, <c>so_mark</c>, <c>compat.directFallback</c> of the service's metadata.
    /// </summary>
    public static Router ForHandler(ServiceConfig service, MetadataReader serviceMetadata, EngineServices engine) =>
        throw new NotSupportedException("routing");

    /// <summary>The way a listener binds through: <c>listener.chain</c>.</summary>
    public static Router ForListener(ServiceConfig service, MetadataReader serviceMetadata, EngineServices engine) =>
        throw new NotSupportedException("routing");

    /// <summary>Whether a chain is named, existing or not.</summary>
    public bool HasChain => throw new NotSupportedException("routing");

    /// <summary>
    /// Selects the nodes of a way to <paramref name="target"/>. Throws <see cref="FlowException"/> (select, no node) when a chain, hop or
    /// node is missing: nothing goes direct that was meant for a chain, unless <c>compat.directFallback</c> is set.
    /// </summary>
    public IRoute Route(Target target, Inbound? inbound) => throw new NotSupportedException("routing");
}

using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;

namespace Gost.Engine.Catalog;

/// <summary>
/// What a listener is built from. Building has no side effects; binding comes later. Options are read from <paramref name="Metadata"/> in
/// one <c>XxxOptions.Bind</c>; unusable values become findings there, and an error finding refuses the change.
/// </summary>
internal sealed record ListenerBuildContext(ServiceConfig Service, MetadataReader Metadata, MetadataReader ServiceMetadata, EngineServices Engine)
{
    /// <summary>The way to bind through, for listeners that bind remotely; null = no chain is named.</summary>
    public Router? Router { get; init; }
}

/// <summary>What a handler is built from.</summary>
internal sealed record HandlerBuildContext(
    ServiceConfig Service,
    MetadataReader Metadata,
    MetadataReader ServiceMetadata,
    IForwarder Forwarder,
    Router Router,
    EngineServices Engine);

/// <summary>What a dialer is built from; <paramref name="NodeMetadata"/> holds what the node has from its hop as well.</summary>
internal sealed record DialerBuildContext(
    NodeConfig Node, DialerConfig Dialer, MetadataReader Metadata, MetadataReader NodeMetadata, EngineServices Engine);

/// <summary>What a connector is built from.</summary>
internal sealed record ConnectorBuildContext(NodeConfig Node, ConnectorConfig Connector, MetadataReader Metadata, EngineServices Engine);

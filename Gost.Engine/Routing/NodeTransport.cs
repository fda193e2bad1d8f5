using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>How a node is reached and what is spoken to it.</summary>
/// <param name="Dialer">Its transport.</param>
/// <param name="Connector">Its protocol.</param>
/// <param name="Sockets">Opens sockets with the node's interface, mark and hosts.</param>
internal sealed record NodeTransport(IDialer Dialer, IConnector Connector, SocketDialer Sockets)
{
    private const string DefaultConnector = "http";
    private const string DefaultDialer = "tcp";

    /// <summary>
    /// Builds dialer and connector; null when this build has one of them not. That is no finding here: a hop that lists plain targets
    /// names no types, and named ones are checked by validation. A chain over such a node fails with a reason.
    /// Adds the metadata keys that its parts looked up to <paramref name="used"/>.
    /// </summary>
    public static NodeTransport? Build(
        NodeConfig node, MetadataReader metadata, string pointer, EngineServices engine, List<Finding> findings, HashSet<string> used)
    {
        var connector = node.Connector ?? new ConnectorConfig();
        var dialer = node.Dialer ?? new DialerConfig();
        if (!engine.Catalog.Connectors.TryGetValue(TypeOf(connector.Type, DefaultConnector), out var makeConnector)
            || !engine.Catalog.Dialers.TryGetValue(TypeOf(dialer.Type, DefaultDialer), out var makeDialer))
        {
            return null;
        }

        MetadataReader connectorMetadata = new(connector.Metadata, $"{pointer}/connector/metadata");
        MetadataReader dialerMetadata = new(dialer.Metadata, $"{pointer}/dialer/metadata");
        NodeTransport transport = new(
            makeDialer(new DialerBuildContext(node, dialer, dialerMetadata, metadata, engine)),
            makeConnector(new ConnectorBuildContext(node, connector, connectorMetadata, engine)),
            SocketDialer.ForNode(node, metadata, engine));
        findings.AddRange(connectorMetadata.Findings);
        findings.AddRange(dialerMetadata.Findings);
        used.UnionWith(connectorMetadata.UsedKeys);
        used.UnionWith(dialerMetadata.UsedKeys);
        return transport;
    }

    private static string TypeOf(string type, string otherwise) => type.Length > 0 ? type.ToLowerInvariant() : otherwise;
}

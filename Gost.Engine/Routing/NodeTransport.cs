using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>How a node is reached and what is spoken to it.</summary>
/// <param name="Definition">The node as it is configured, with what it has from its hop.</param>
/// <param name="Dialers">Its transport; shared with the transport that replaces this one while the definition stays.</param>
/// <param name="Connector">Its protocol.</param>
/// <param name="Sockets">Opens sockets with the node's interface, mark and hosts.</param>
internal sealed record NodeTransport(NodeConfig Definition, DialerSet Dialers, IConnector Connector, SocketDialer Sockets)
{
    private const string DefaultConnector = "http";
    private const string DefaultDialer = "tcp";

    /// <summary>The dialer's type.</summary>
    public string DialerType => TypeOf(Definition.Dialer?.Type ?? "", DefaultDialer);

    /// <summary>
    /// Builds dialer and connector; null when this build has one of them not. That is no finding here: a hop that lists plain targets
    /// names no types, and named ones are checked by validation. A chain over such a node fails with a reason.
    /// Adds the metadata keys that its parts looked up to <paramref name="used"/>. The dialers of an equal node among <paramref name="previous"/>
    /// are taken over, with the sessions that they keep.
    /// </summary>
    public static NodeTransport? Build(
        NodeConfig node, MetadataReader metadata, string pointer, EngineServices engine, List<Finding> findings, HashSet<string> used,
        IReadOnlyList<Node>? previous)
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
        // Built in any case, for what it finds; one that never dialled holds nothing.
        var first = makeDialer(new DialerBuildContext(node, dialer, dialerMetadata, metadata, engine));
        var before = previous?.Select(static x => x.Transport).FirstOrDefault(x => x is not null && x.Definition == node && x.Dialers.TryAcquire());
        NodeTransport transport = new(
            node,
            before?.Dialers ?? new DialerSet(first, MakeAnother),
            makeConnector(new ConnectorBuildContext(node, connector, connectorMetadata, engine)),
            SocketDialer.ForNode(node, metadata, engine));
        findings.AddRange(connectorMetadata.Findings);
        findings.AddRange(dialerMetadata.Findings);
        used.UnionWith(connectorMetadata.UsedKeys);
        used.UnionWith(dialerMetadata.UsedKeys);
        return transport;

        IDialer MakeAnother() => makeDialer(new DialerBuildContext(
            node, dialer, new MetadataReader(dialer.Metadata, dialerMetadata.Pointer), new MetadataReader(node.Metadata, metadata.Pointer), engine));
    }

    private static string TypeOf(string type, string otherwise) => type.Length > 0 ? type.ToLowerInvariant() : otherwise;
}

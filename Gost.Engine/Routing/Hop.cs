using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>A compiled hop: nodes of which one is selected per flow. Source: spec/forwarding.md section 2.</summary>
internal sealed class Hop : IFileBacked, IAsyncDisposable
{
    private readonly NodeSet _nodes;
    private readonly HopFile? _file;

    private Hop(string name, NodeSet nodes, ConfigMap<object?> metadata, HopFile? file = null) =>
        (Name, _nodes, Metadata, _file) = (name, nodes, metadata, file);

    /// <summary>The name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Its metadata; groups of hops read <c>weight</c> and <c>backup</c>.</summary>
    public ConfigMap<object?> Metadata { get; }

    /// <summary>The nodes in configuration order.</summary>
    public IReadOnlyList<Node> Nodes => Current.Nodes;

    /// <inheritdoc/>
    public string? FileWarning => _file?.FileWarning;

    private NodeSet Current => _file?.Current ?? _nodes;

    /// <summary>Builds a hop without side effects; health of nodes that stay is taken from <paramref name="previous"/>.</summary>
    public static Hop Compile(HopConfig config, EngineServices engine, List<Finding> findings, Hop? previous = null) =>
        Compile(config, "", engine, findings, previous);

    /// <summary>The same for a hop that stands at <paramref name="pointer"/> of a larger object.</summary>
    public static Hop Compile(HopConfig config, string pointer, EngineServices engine, List<Finding> findings, Hop? previous)
    {
        var nodes = HopNodes.Compile(config, pointer, engine, findings, previous?.Current);
        var file = config.File is { Path.Length: > 0 } ? HopFile.Open(config, nodes, previous?.Current, engine) : null;
        if (file?.FileWarning is { } warning)
        {
            findings.Add(new Finding($"{pointer}/file/path", warning, FindingSeverity.Warning));
        }

        return new Hop(config.Name, nodes, config.Metadata, file);
    }

    /// <summary>The targets that a forwarder lists itself.</summary>
    public static Hop OfTargets(string name, ForwarderConfig config, EngineServices engine, List<Finding> findings, Hop? previous) =>
        new(name, NodeSet.Create(
            NodeSeeds.OfTargets(config, engine, findings), config.Selector?.Strategy ?? "", engine.Time, Random.Shared, previous?.Current), ConfigMap<object?>.Empty);

    /// <summary>A node for the flow, null when there is none that was not tried.</summary>
    public Node? Select(in RouteQuery query, HashSet<Node>? tried = null) => Current.Select(query, tried);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }

        await _nodes.ReleaseAsync();
    }
}

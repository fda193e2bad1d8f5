using Gost.Engine.Config;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Routing.Selectors;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>One hop of a group, looked up anew for every flow. It is failed while all its nodes are.</summary>
internal sealed class HopChoice(NamedRef<Hop> reference, SelectionRule rule) : ISelectable
{
    private Known? _known;

    /// <summary>The name in the configuration.</summary>
    public string Name => reference.Name;

    /// <summary>The hop, null while there is none of the name.</summary>
    public Hop? Current => reference.Current;

    /// <inheritdoc/>
    public int Weight => Traits?.Weight ?? 1;

    /// <inheritdoc/>
    public bool IsBackup => Traits?.Backup == true;

    /// <inheritdoc/>
    public long Priority => rule.Priority;

    /// <inheritdoc/>
    public bool IsFailed
    {
        get
        {
            if (Current is not { } hop)
            {
                return true;
            }

            // By index: this is asked for every flow.
            var nodes = hop.Nodes;
            for (var i = 0; i < nodes.Count; i++)
            {
                if (!nodes[i].IsFailed)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private NodeTraits? Traits
    {
        get
        {
            if (Current is not { } hop)
            {
                return null;
            }

            var known = Volatile.Read(ref _known);
            if (known?.Hop != hop)
            {
                known = new Known(hop, NodeSeeds.ReadTraits(new MetadataReader(hop.Metadata, ""), null, rule.Priority));
                Volatile.Write(ref _known, known);
            }

            return known.Traits;
        }
    }

    /// <inheritdoc/>
    public bool Accepts(in RouteQuery query) => Current is not null && rule.Accepts(query);

    private sealed record Known(Hop Hop, NodeTraits Traits);
}

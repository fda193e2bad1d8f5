using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Routing.Selectors;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>One chain of a group, looked up anew for every flow. What it says of itself (weight, backup, failures) stands in the chain's metadata.</summary>
internal sealed class ChainChoice(NamedRef<Chain> reference, SelectionRule rule, SelectorConfig? selector) : ISelectable
{
    private Known? _known;

    /// <summary>The name in the configuration.</summary>
    public string Name => reference.Name;

    /// <summary>The chain, null while there is none of the name.</summary>
    public Chain? Current => reference.Current;

    /// <inheritdoc/>
    public int Weight => Traits?.Weight ?? 1;

    /// <inheritdoc/>
    public bool IsBackup => Traits?.Backup == true;

    /// <inheritdoc/>
    public long Priority => rule.Priority;

    /// <inheritdoc/>
    public bool IsFailed => Current is { } chain && Traits is { } traits && chain.Marker.IsFailed(traits.MaxFails, traits.FailTimeout);

    private NodeTraits? Traits
    {
        get
        {
            if (Current is not { } chain)
            {
                return null;
            }

            var known = Volatile.Read(ref _known);
            if (known?.Chain != chain)
            {
                known = new Known(chain, NodeSeeds.ReadTraits(new MetadataReader(chain.Metadata, ""), selector, rule.Priority));
                Volatile.Write(ref _known, known);
            }

            return known.Traits;
        }
    }

    /// <inheritdoc/>
    public bool Accepts(in RouteQuery query) => Current is not null && rule.Accepts(query);

    private sealed record Known(Chain Chain, NodeTraits Traits);
}

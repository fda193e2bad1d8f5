using Gost.Engine.Catalog;

namespace Gost.Engine.Config.Validation;

/// <summary>The type names that the build at hand can run (the catalog's keys).</summary>
internal sealed record SupportedTypes(
    IReadOnlySet<string> Listeners,
    IReadOnlySet<string> Handlers,
    IReadOnlySet<string> Dialers,
    IReadOnlySet<string> Connectors)
{
    /// <summary>What a catalog can run.</summary>
    public static SupportedTypes Of(ProtocolCatalog catalog) => new(
        catalog.Listeners.Keys.ToHashSet(), catalog.Handlers.Keys.ToHashSet(), catalog.Dialers.Keys.ToHashSet(), catalog.Connectors.Keys.ToHashSet());
}

namespace Gost.Engine.Config.Validation;

/// <summary>The type names that the build at hand can run (the catalog's keys).</summary>
internal sealed record SupportedTypes(
    IReadOnlySet<string> Listeners,
    IReadOnlySet<string> Handlers,
    IReadOnlySet<string> Dialers,
    IReadOnlySet<string> Connectors);

using System.Collections.Immutable;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;

namespace Gost.Engine.Config.Validation;

internal sealed record SupportedTypes(IReadOnlySet<string> Listeners, IReadOnlySet<string> Handlers, IReadOnlySet<string> Dialers, IReadOnlySet<string> Connectors);

internal sealed record ValidationContext(SupportedTypes Supported, string? FilesFolder, bool FilesRestricted);

internal static class ConfigValidator
{
    public static ImmutableArray<Finding> ValidateObject(ConfigKind kind, NamedConfig config, ValidationContext context) => [];

    public static ImmutableArray<(ObjectKey Key, Finding Finding)> ValidateState(DesiredState candidate, IReadOnlySet<ObjectKey>? changed) => [];

    public static ImmutableArray<Finding> ValidateDocument(GostConfig document, ValidationContext context) => [];
}

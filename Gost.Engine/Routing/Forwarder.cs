using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>The targets of a service. Source: spec/forwarding.md sections 1 and 2.</summary>
internal sealed class Forwarder
{
    /// <summary>
    /// Builds from <c>forwarder.nodes</c>, or a named hop (bound late), or nothing (<see cref="Target.Placeholder"/>). Health and round of
    /// targets that stay (same name and address) are taken from <paramref name="previous"/>.
    /// </summary>
    public static IForwarder Build(
        ServiceConfig service, MetadataReader serviceMetadata, Router router, EngineServices engine, IForwarder? previous = null) =>
        throw new NotSupportedException("routing");
}

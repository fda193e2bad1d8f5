using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;

namespace Gost.Engine.ControlPlane;

/// <summary>A service that could not be made ready; <see cref="Warnings"/> are those of its definition, as far as it could be built.</summary>
internal sealed record PrepareFailure(ServiceConfig Service, FlowException Fault)
{
    public ImmutableArray<string> Warnings { get; init; } = [];
}

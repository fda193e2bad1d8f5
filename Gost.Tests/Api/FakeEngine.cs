using Gost.Engine;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Engine.Security.HostKeys;

namespace Gost.Tests.Api;

/// <summary>An engine without data plane over <see cref="FakeControlPlane"/>.</summary>
internal sealed class FakeEngine : IGostEngine
{
    public FakeControlPlane Plane { get; } = new();

    public IControlPlane ControlPlane => Plane;

    public LaneStatus Lane { get; } = new(DataLane.Portable, 0, TimeSpan.Zero, false, "there is no data plane");

    public FakeHostKeys Keys { get; } = new();

    public IHostKeys HostKeys => Keys;

    public IFlowObserver? Observer { get; set; }

    public TimeSpan? Drained { get; private set; }

    public Task StartAsync(GostConfig? sources, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        Drained = drain;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

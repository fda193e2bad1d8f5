using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Runtime;

public sealed class ServiceRuntimeTests
{
    private static readonly ServiceConfig Config = new() { Name = "a", Addr = ":1" };

    [Fact]
    public async Task AListenerThatBreaksWhileItsServiceIsRemoved_LeavesItClosed()
    {
        await using EngineParts parts = new();
        using RuntimeContext context = new(new FakeTimeProvider(), NullLogger.Instance, static () => null, parts.Services.Faults);
        var faults = 0;
        ServiceRuntime service = new(Config, context, _ => faults++);
        IdleListener listener = new();
        service.Publish(Generation(listener));
        listener.Broken.SetException(new IOException("the tunnel broke"));
        while (service.Current is not null)
        {
            await Task.Yield();
        }

        Assert.Null(service.Close());
        listener.Released.SetResult();
        await service.WatchedAsync();
        Assert.Equal((ServiceState.Closed, 0), (service.State, faults));
    }

    [Fact]
    public async Task AListenerThatBreaksWhileItsServiceIsReplaced_LeavesTheNewOne()
    {
        await using EngineParts parts = new();
        using RuntimeContext context = new(new FakeTimeProvider(), NullLogger.Instance, static () => null, parts.Services.Faults);
        var faults = 0;
        ServiceRuntime service = new(Config, context, _ => faults++);
        IdleListener listener = new();
        IdleListener next = new();
        service.Publish(Generation(listener));
        listener.Broken.SetException(new IOException("the tunnel broke"));
        while (service.Current is not null)
        {
            await Task.Yield();
        }

        service.Publish(Generation(next));
        next.Released.SetResult();
        listener.Released.SetResult();
        Assert.Equal((ServiceState.Ready, 0), (service.State, faults));
        await service.Close()!.StopAsync(); // Published above.
        await service.WatchedAsync();
    }

    [Fact]
    public async Task AFlowAcceptedWhileItsGenerationIsEnded_IsEnded()
    {
        IdleListener listener = new();
        listener.Released.SetResult();
        await using var old = Generation(listener);
        await using var young = Generation(listener);
        (old.Number, young.Number) = (3, 4);
        ConnectionTable table = new();
        table.AbortUpTo(3);
        table.AbortUpTo(2);
        FakeStream late = new();
        FakeStream current = new();
        table.Add(Flow(late, old));
        table.Add(Flow(current, young));
        Assert.Equal((true, false), (late.Aborted, current.Aborted));
    }

    private static Flow Flow(FakeStream stream, ServiceGeneration generation)
    {
        IPEndPoint client = new(IPAddress.Loopback, 1000);
        return new Flow(new Inbound(stream, client, client, null) { Id = generation.Number }, generation, default, 0);
    }

    // Nothing is accepted, so that neither handler nor forwarder is asked.
    private static ServiceGeneration Generation(IdleListener listener) => new(Config, listener, null!, null!, [], []);
}

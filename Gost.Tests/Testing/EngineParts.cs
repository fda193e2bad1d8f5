using Gost.Engine.Catalog;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>The shared parts of an engine without a control plane, for tests of single parts.</summary>
internal sealed class EngineParts : IAsyncDisposable
{
    public EngineParts(TimeProvider? time = null, IDescriptorProbe? probe = null)
    {
        var options = TestLane.Options();
        time ??= TimeProvider.System;
        DescriptorReserve reserve = new(options, time, probe ?? new LinuxDescriptorProbe());
        var loops = LaneChoice.Open(options, time, NullLoggerFactory.Instance);
        Services = new EngineServices(
            options,
            time,
            NullLoggerFactory.Instance,
            BuiltInProtocols.CreateCatalog(),
            new NamedObjects(),
            new ListenSocketPool(reserve, time, NullLoggerFactory.Instance, loops),
            new DatagramSocketPool(reserve, time, NullLoggerFactory.Instance, loops),
            reserve)
        {
            Loops = loops,
        };
    }

    public EngineServices Services { get; }

    public async ValueTask DisposeAsync()
    {
        Services.Faults.Dispose();
        await Services.Sessions.DisposeAsync();
        Assert.Equal(0, Services.Sessions.Count);
        Services.HostKeys.Dispose();
        await Services.ListenSockets.DisposeAsync();
        await Services.DatagramSockets.DisposeAsync();

        // Not on a loop's thread, whose end is waited for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Services.Loops?.Dispose();
        Assert.Equal(0, Services.Buffers.Outstanding);
        Assert.Equal(0, Services.Descriptors.Pending);
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Mux;

[Collection(AloneCollection.Name)]
public sealed class SmuxAllocationTests
{
    private const int Frames = 50_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Data_ManyFrames_AllocateNothingEach(int version)
    {
        await using EngineParts engine = new();
        using var sockets = await SocketPair.CreateAsync(TestContext.Current.CancellationToken);
        var options = SmuxOptions.Default(version);
        await using var client = SmuxSession.Start(new SocketDuplexStream(sockets.Near), options, isClient: true, engine.Services);
        await using var server = SmuxSession.Start(new SocketDuplexStream(sockets.Far), options, isClient: false, engine.Services);
        await using var near = await client.OpenStreamAsync(CancellationToken.None);
        var payload = new byte[4096];
        await near.WriteAsync(payload, CancellationToken.None);
        await using var far = (await server.AcceptStreamAsync(CancellationToken.None))!;
        await far.ReadExactlyAsync(new byte[4096], CancellationToken.None);
        var allocated = await MeasureAsync(near, far, payload);
        // Not nought: the shared pool misses a buffer now and then.
        Assert.True(allocated < Frames * 32L, $"{allocated} bytes for {Frames} frames");
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes for {Frames} frames");
    }

    private static async Task<long> MeasureAsync(DuplexStream near, DuplexStream far, byte[] payload)
    {
        // Away from the test's own context, which would queue each continuation.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        long allocated = 0;
        for (var round = 0; round < 2; round++)
        {
            // The first round warms up.
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var receiving = ReceiveAsync(far, (long)Frames * payload.Length);
            for (var i = 0; i < Frames; i++)
            {
                await near.WriteAsync(payload, CancellationToken.None);
            }

            await receiving;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        return allocated;
    }

    private static async Task ReceiveAsync(DuplexStream stream, long length)
    {
        var buffer = new byte[32 * 1024];
        for (long total = 0; total < length;)
        {
            total += await stream.ReadAsync(buffer, CancellationToken.None);
        }
    }
}

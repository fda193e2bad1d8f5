using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Gost.Tests.EndToEnd.Soak;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>Many short connections one after the other through one program, and what is left of them.</summary>
[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed class ConnectsInARowTests
{
    private const int WarmUp = 5_000;
    private const int Connects = 50_000;
    private const int Clients = 8;

    // Descriptors that the program opens now and then for something else: a connection to the API, the store's journal.
    private const int Allowance = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task FiftyThousandConnects_LeaveDescriptorsThreadsAndMemoryFlat()
    {
        // Closed connections hold a pair of ports for a while: several addresses and targets give enough of them.
        await using var first = TcpTarget.Echo();
        await using var second = TcpTarget.Echo();
        await using var third = TcpTarget.Echo();
        await using var fourth = TcpTarget.Echo();
        using TempFolder folder = new();
        await using var gost = await GostProcess.StartStoreAsync(folder, Token);
        var port = Ports.Free();
        await PostAsync(gost, port, [first, second, third, fourth]);

        await ConnectAsync(port, WarmUp);
        var before = await RestAsync(gost, null);
        var start = TimeProvider.System.GetTimestamp();
        await ConnectAsync(port, Connects);
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        var after = await RestAsync(gost, before);

        TestContext.Current.TestOutputHelper?.WriteLine($"{Connects / elapsed.TotalSeconds:F0} connects/s; {before} before, {after} after");
        Assert.Equal(WarmUp + Connects, first.Accepted + second.Accepted + third.Accepted + fourth.Accepted);
        Assert.InRange(after.Descriptors, 0, before.Descriptors + Allowance);
        Assert.InRange(after.Threads, 0, before.Threads + Flatness.Threads);
        Assert.InRange(after.ResidentKiB, 0, (before.ResidentKiB * 1.1) + Flatness.MemoryKiB);
        Assert.InRange(after.HeapKiB, 0, (before.HeapKiB * 1.1) + Flatness.MemoryKiB);
    }

    private static async Task ConnectAsync(int port, int count)
    {
        var left = count;
        async Task ClientAsync(int number)
        {
            IPEndPoint at = new(new IPAddress([127, 0, 0, (byte)(1 + number)]), port);
            var buffer = new byte[1];
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await client.ConnectAsync(at, Token);
                await client.SendAsync(buffer, Token);
                Assert.Equal(1, await client.ReceiveAsync(buffer, Token));
                client.Shutdown(SocketShutdown.Send);
                Assert.Equal(0, await client.ReceiveAsync(buffer, Token));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(ClientAsync));
    }

    /// <summary>A sample when no flow is left, and, after an earlier one, when its descriptors are no more than then.</summary>
    private static async Task<ProgramSample> RestAsync(GostProcess gost, ProgramSample? earlier)
    {
        await Eventually.TrueAsync(
            "the end of every flow",
            TimeSpan.FromSeconds(30),
            async () => (await gost.Api.GetStringAsync("/config/services/s/connections", Token)).Contains("\"count\":0", StringComparison.Ordinal)
                && (earlier is null || ProgramSample.CountDescriptors(gost) <= earlier.Descriptors + Allowance),
            Token);
        return await ProgramSample.TakeAsync(gost, default, Token);
    }

    private static async Task PostAsync(GostProcess gost, int port, TcpTarget[] targets)
    {
        using var answer = await gost.Api.PostAsJsonAsync(
            "/config/services",
            new
            {
                name = "s",
                addr = $":{port}",
                handler = new { type = "tcp" },
                listener = new { type = "tcp" },
                forwarder = new { nodes = targets.Select(static (x, i) => new { name = $"target-{i}", addr = x.Address }) },
            },
            JsonSerializerOptions.Web,
            Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}

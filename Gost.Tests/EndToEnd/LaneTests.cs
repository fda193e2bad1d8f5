using System.Net.Http.Json;
using System.Text.Json;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>The lane that the program takes by itself, in full and in sandboxes that refuse a call it needs.</summary>
[Collection(ProgramsCollection.Name)]
public sealed class LaneTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Program_WhereEventDescriptorsAreRefused_ForwardsInThePortableLaneAndSaysWhy()
    {
        var (lane, log) = await ServeAsync([Sandbox.EventDescriptors]);
        Assert.Equal("portable", lane);
        Assert.Contains("eventfd", log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Program_WhereSpliceIsRefused_ForwardsInTheKernelLaneByCopying()
    {
        var (lane, log) = await ServeAsync([Sandbox.Splice]);
        Assert.Equal("kernel", lane);
        Assert.Contains("copies instead of splicing", log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Program_ThatMustTakeTheKernelLaneWhereItIsRefused_DoesNotStartAndSaysWhatToDo()
    {
        using var folder = new TempFolder();
        int[] refused = [Sandbox.EventDescriptors];
        await using var gost = Sandbox.Within(refused, () => GostProcess.Start(folder, null, "-lane", "kernel", "-L", "tcp://127.0.0.1:0/127.0.0.1:9"));
        await gost.Process.WaitForExitAsync(Token);
        Assert.Equal(1, gost.Process.ExitCode);
        await Eventually.TrueAsync("a line that says why", TimeSpan.FromSeconds(10), () => gost.Log.Contains("Engine:Lane", StringComparison.Ordinal), Token);
        Assert.Contains("eventfd", gost.Log, StringComparison.Ordinal);
    }

    /// <summary>Carries more than a splice would begin with through a service; the lane that its status and the program's readiness agree on.</summary>
    private static async Task<(string? Lane, string Log)> ServeAsync(int[] refused)
    {
        const long Length = 4 << 20;
        TaskCompletionSource<(long Length, string ReceivedHash, string SentHash)> report = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = Transfer.Target(Length, report);
        using var folder = new TempFolder();
        var ports = Ports.Free(2);
        await using var gost = Sandbox.Within(
            refused, () => GostProcess.Start(folder, ports, "-api", $"127.0.0.1:{ports}", "-L", $"tcp://127.0.0.1:{ports + 1}/{target.Address}"));
        await gost.WaitReadyAsync(Token);
        await Transfer.AssertExactAsync(ports + 1, Length, report.Task, Token);

        var ready = await gost.Api.GetFromJsonAsync<JsonElement>("/healthz/ready", Token);
        var lane = ready.GetProperty("data").GetProperty("lane").GetString();
        var services = await gost.Api.GetFromJsonAsync<JsonElement>("/config/services", Token);
        Assert.Equal(lane, services.GetProperty("data").GetProperty("list")[0].GetProperty("status").GetProperty("lane").GetString());
        return (lane, gost.Log);
    }
}

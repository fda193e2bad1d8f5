using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>A running program whose descriptors are taken away: the data plane pauses, everything else goes on.</summary>
[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed class DescriptorShortageTests
{
    private const int Above = 64;
    private const int Clients = 100;

    [Fact(Timeout = 120_000)]
    public async Task Limit64AboveIdle_PausesAccepting_ApiAnswers_AndResumes()
    {
        Programs.Require("prlimit");
        var token = TestContext.Current.CancellationToken;
        await using var target = TcpTarget.Echo();
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await GostProcess.StartStoreAsync(folder, token);
        using (var answer = await gost.Api.PostAsJsonAsync(
            "/config/services",
            new
            {
                name = "web",
                addr = $"127.0.0.1:{port}",
                handler = new { type = "tcp" },
                listener = new { type = "tcp" },
                forwarder = new { nodes = new[] { new { name = "target-0", addr = target.Address } } },
            },
            JsonSerializerOptions.Web,
            token))
        {
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(token));
        }

        // What is loaded on first use is loaded before the idle count is taken.
        Assert.True(await EchoesAsync(port, token));
        await StatusAsync(gost, token);
        var idle = Directory.GetFileSystemEntries($"/proc/{gost.Process.Id}/fd").Length;
        var limit = await ProgramOutput.RunAsync(
            "prlimit", ["--pid", $"{gost.Process.Id}", $"--nofile={idle + Above}:{idle + Above}"], token);
        Assert.True(limit.ExitCode == 0, limit.Error);

        var clients = new List<Socket>();
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                clients.Add(await LoopbackClient.ConnectAsync(port, token));
            }

            // Fewer than all get through; the rest wait.
            await Eventually.TrueAsync(
                "a state that names the descriptors",
                TimeSpan.FromSeconds(15),
                async () => Says(await StatusAsync(gost, token)),
                token);
            Assert.InRange(target.Accepted, 1, Clients - 1);

            var before = ProcessorTime(gost.Process.Id);
            var start = TimeProvider.System.GetTimestamp();
            using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(4)))
            {
                await timer.WaitForNextTickAsync(token);
            }

            var used = (ProcessorTime(gost.Process.Id) - before) / TimeProvider.System.GetElapsedTime(start);
            TestContext.Current.SendDiagnosticMessage("processor share while paused: {0:P1}", used);
            Assert.True(used < 0.05, $"the paused program used {used:P1} of a processor");

            for (var i = 0; i < 10; i++)
            {
                Assert.Equal("web", (string?)(await ServiceAsync(gost, token))["name"]);
            }

            Assert.True(Directory.GetFileSystemEntries($"/proc/{gost.Process.Id}/fd").Length <= idle + Above);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }

        // It goes on by itself, with the limit still in place.
        await Eventually.TrueAsync("forwarding again", TimeSpan.FromSeconds(20), async () => await EchoesAsync(port, token), token);
        await Eventually.TrueAsync(
            "the state ready",
            TimeSpan.FromSeconds(20),
            async () => (string?)(await StatusAsync(gost, token))["state"] == "ready",
            token);
    }

    private static bool Says(JsonNode status) => (string?)status["state"] == "failed"
        && ((string?)status["lastError"]?["msg"])?.Contains("descriptor", StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<JsonNode> ServiceAsync(GostProcess gost, CancellationToken token)
    {
        var body = await gost.Api.GetFromJsonAsync<JsonNode>("/config/services/web", token);
        return body?["data"] ?? throw new InvalidOperationException($"no data: {body}");
    }

    private static async Task<JsonNode> StatusAsync(GostProcess gost, CancellationToken token)
    {
        var service = await ServiceAsync(gost, token);
        return service["status"] ?? throw new InvalidOperationException($"no status: {service}");
    }

    private static async Task<bool> EchoesAsync(int port, CancellationToken token)
    {
        using var client = await LoopbackClient.ConnectAsync(port, token);
        await client.SendAsync("x"u8.ToArray(), token);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(token);
        timeout.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            return await client.ReceiveAsync(new byte[1], timeout.Token) == 1;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            return false;
        }
    }

    /// <summary>User and system time of a process. Source: proc(5), /proc/PID/stat, fields 14 and 15, in ticks of 10 ms.</summary>
    private static TimeSpan ProcessorTime(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
    }
}

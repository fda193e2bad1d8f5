using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed class StartAndStopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Definitions_AfterRestart_ForwardAgain(bool kill)
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var ports = Ports.Free(3);
        await using (var first = await GostProcess.StartStoreAsync(folder, Token))
        {
            for (var i = 0; i < 3; i++)
            {
                await PostServiceAsync(first, $"s{i}", ports + i, target.Address);
            }

            if (kill)
            {
                await first.KillAsync(Token);
            }
            else
            {
                Assert.Equal(0, await first.StopAsync(Token));
            }
        }

        await using var second = await GostProcess.StartStoreAsync(folder, Token);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("t", await LoopbackClient.GreetingAsync(ports + i, Token));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task SigTerm_ConnectionStillOpen_IsDrainedThenExitZero()
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var port = Ports.Free();
        var (gost, client) = await StartServingAsync(folder, port, target);
        await using var program = gost;
        using var connection = client;

        await TerminateAsync(gost, port);

        // No longer accepting, but what is open goes on until it ends.
        await AssertEchoesAsync(client, "still here");
        Assert.False(gost.Process.HasExited);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await LoopbackClient.ReceiveTextAsync(client, 1, Token));
        await gost.Process.WaitForExitAsync(Token);
        Assert.Equal(0, gost.Process.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task SigTerm_ConnectionNeverEnds_IsCutAtTheDeadline()
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var port = Ports.Free();
        var (gost, client) = await StartServingAsync(folder, port, target, "--drain", "1s");
        await using var program = gost;
        using var connection = client;

        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await gost.StopAsync(Token));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(8));
    }

    [Fact(Timeout = 60_000)]
    public async Task SigTerm_Twice_EndsAtOnce()
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var port = Ports.Free();
        var (gost, client) = await StartServingAsync(folder, port, target, "--drain", "60s");
        await using var program = gost;
        using var connection = client;

        await TerminateAsync(gost, port);
        var start = TimeProvider.System.GetTimestamp();
        await gost.StopAsync(Token);

        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    [Fact(Timeout = 60_000)]
    public async Task PortTakenAtStart_OthersRunAndItIsRetried()
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var ports = Ports.Free(2);
        var blocker = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        blocker.Bind(new IPEndPoint(IPAddress.IPv6Any, ports));
        blocker.Listen();
        await using var gost = await GostProcess.StartAsync(
            folder,
            ports + 1,
            ProtocolType.Tcp,
            Token,
            "-L",
            $"tcp://:{ports}/{target.Address}",
            "-L",
            $"tcp://:{ports + 1}/{target.Address}");

        Assert.Equal("t", await LoopbackClient.GreetingAsync(ports + 1, Token));
        blocker.Dispose();
        await gost.WaitListeningAsync(ports, ProtocolType.Tcp, Token);
        Assert.Equal("t", await LoopbackClient.GreetingAsync(ports, Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task SecondProcess_OnTheSameStore_IsRefused()
    {
        using var folder = new TempFolder();
        await using var first = await GostProcess.StartStoreAsync(folder, Token);

        var second = await GostProcess.RunAsync(folder, Token, "-api", $"127.0.0.1:{Ports.Free()}");

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("gost.db", second.Error, StringComparison.Ordinal);
        Assert.Empty(second.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Api_OffLoopbackWithoutCredentials_DoesNotStart()
    {
        using var folder = new TempFolder();

        var result = await GostProcess.RunAsync(folder, Token, "-api", $":{Ports.Free()}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("GOST_API_PASSWORD", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("user@")]
    [InlineData("user:@")]
    public async Task Api_UserWithoutPassword_DoesNotStart(string user)
    {
        using var folder = new TempFolder();

        var result = await GostProcess.RunAsync(folder, Token, "-api", $"{user}127.0.0.1:{Ports.Free()}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has user user but no password: write -api user:password@host:port", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact(Timeout = 60_000)]
    public async Task HangUp_ChangedFile_IsAppliedAndTheRestStays()
    {
        await using var a = TcpTarget.Echo("a");
        await using var b = TcpTarget.Echo("b");
        using var folder = new TempFolder();
        var port = Ports.Free();
        var file = folder.Write("gost.yaml", Document(port, a.Address));
        await using var gost = await GostProcess.StartAsync(folder, port, ProtocolType.Tcp, Token, "-C", file);
        using var old = await ConnectServedAsync(port, "a");

        folder.Write("gost.yaml", Document(port, b.Address));
        gost.HangUp();

        await Eventually.TrueAsync("the new target", TimeSpan.FromSeconds(20), async () => await LoopbackClient.GreetingAsync(port, Token) == "b", Token);
        await AssertEchoesAsync(old, "x");
    }

    [Fact(Timeout = 60_000)]
    public async Task HangUp_ToGroups_ReloadsEachAndEndsNone()
    {
        await using var a = TcpTarget.Echo("a");
        await using var b = TcpTarget.Echo("b");
        using var folder = new TempFolder();
        var ports = Ports.Free(2);
        string[] files = [folder.Write("0.yaml", Document(ports, a.Address)), folder.Write("1.yaml", Document(ports + 1, a.Address))];
        await using var gost = GostProcess.Start(folder, null, "-C", files[0], "--", "-C", files[1]);
        await gost.WaitListeningAsync(ports, ProtocolType.Tcp, Token);
        await gost.WaitListeningAsync(ports + 1, ProtocolType.Tcp, Token);
        using var old = await ConnectServedAsync(ports, "a");

        folder.Write("0.yaml", Document(ports, b.Address));
        folder.Write("1.yaml", Document(ports + 1, b.Address));
        gost.HangUp();

        for (var i = 0; i < 2; i++)
        {
            var port = ports + i;
            await Eventually.TrueAsync("the new target", TimeSpan.FromSeconds(20), async () => await LoopbackClient.GreetingAsync(port, Token) == "b", Token);
        }

        await AssertEchoesAsync(old, "x");
        Assert.False(gost.Process.HasExited);
        old.Dispose();
        Assert.Equal(0, await gost.StopAsync(Token));
    }

    private static string Document(int port, string target) =>
        $$"""
        services:
          - name: web
            addr: :{{port}}
            handler: {type: tcp}
            listener: {type: tcp}
            forwarder:
              nodes: [{name: target-0, addr: "{{target}}"}]
        """;

    private static async Task PostServiceAsync(GostProcess gost, string name, int port, string target)
    {
        using var answer = await gost.Api.PostAsJsonAsync(
            "/config/services",
            new
            {
                name,
                addr = $":{port}",
                handler = new { type = "tcp" },
                listener = new { type = "tcp" },
                forwarder = new { nodes = new[] { new { name = "target-0", addr = target } } },
            },
            JsonSerializerOptions.Web,
            Token);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>A program that forwards the port to the target, and a connection through it that is served.</summary>
    private static async Task<(GostProcess Gost, Socket Client)> StartServingAsync(TempFolder folder, int port, TcpTarget target, params string[] arguments)
    {
        var gost = await GostProcess.StartAsync(folder, port, ProtocolType.Tcp, Token, [.. arguments, "-L", $"tcp://:{port}/{target.Address}"]);
        try
        {
            return (gost, await ConnectServedAsync(port, "t"));
        }
        catch
        {
            await gost.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection that the target of that name has greeted.</summary>
    private static async Task<Socket> ConnectServedAsync(int port, string target)
    {
        var client = await LoopbackClient.ConnectAsync(port, Token);
        Assert.Equal(target, await LoopbackClient.ReceiveTextAsync(client, 1, Token));
        return client;
    }

    /// <summary>SIGTERM; returns when nothing is accepted any more.</summary>
    private static async Task TerminateAsync(GostProcess gost, int port)
    {
        gost.Terminate();
        await Eventually.TrueAsync("the port's release", TimeSpan.FromSeconds(5), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), Token);
    }

    private static async Task AssertEchoesAsync(Socket client, string text)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(text), Token);
        Assert.Equal(text, await LoopbackClient.ReceiveTextAsync(client, text.Length, Token));
    }
}

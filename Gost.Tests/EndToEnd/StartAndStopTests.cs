using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd;

[Collection(ProgramsCollection.Name)]
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
            Assert.Equal("t", await AskAsync(ports + i, ""));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task SigTerm_ConnectionStillOpen_IsDrainedThenExitZero()
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await GostProcess.StartAsync(folder, port, ProtocolType.Tcp, Token, "-L", $"tcp://:{port}/{target.Address}");
        using var client = await ConnectAsync(port);
        Assert.Equal("t", await ReceiveTextAsync(client, 1));

        gost.Terminate();
        await Eventually.TrueAsync("the port's release", TimeSpan.FromSeconds(5), () => !Ports.IsTaken(port, ProtocolType.Tcp), Token);

        // No longer accepting, but what is open goes on until it ends.
        await client.SendAsync(Encoding.ASCII.GetBytes("still here"), Token);
        Assert.Equal("still here", await ReceiveTextAsync(client, 10));
        Assert.False(gost.Process.HasExited);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await ReceiveTextAsync(client, 1));
        await gost.Process.WaitForExitAsync(Token);
        Assert.Equal(0, gost.Process.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task SigTerm_ConnectionNeverEnds_IsCutAtTheDeadline()
    {
        await using var target = TcpTarget.Echo("t");
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await GostProcess.StartAsync(
            folder, port, ProtocolType.Tcp, Token, "--drain", "1s", "-L", $"tcp://:{port}/{target.Address}");
        using var client = await ConnectAsync(port);
        Assert.Equal("t", await ReceiveTextAsync(client, 1));

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
        await using var gost = await GostProcess.StartAsync(
            folder, port, ProtocolType.Tcp, Token, "--drain", "60s", "-L", $"tcp://:{port}/{target.Address}");
        using var client = await ConnectAsync(port);
        Assert.Equal("t", await ReceiveTextAsync(client, 1));

        gost.Terminate();
        await Eventually.TrueAsync("the port's release", TimeSpan.FromSeconds(5), () => !Ports.IsTaken(port, ProtocolType.Tcp), Token);
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

        Assert.Equal("t", await AskAsync(ports + 1, ""));
        blocker.Dispose();
        await gost.WaitListeningAsync(ports, ProtocolType.Tcp, Token);
        Assert.Equal("t", await AskAsync(ports, ""));
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
        using var old = await ConnectAsync(port);
        Assert.Equal("a", await ReceiveTextAsync(old, 1));

        folder.Write("gost.yaml", Document(port, b.Address));
        gost.HangUp();

        await Eventually.TrueAsync("the new target", TimeSpan.FromSeconds(20), async () => await AskAsync(port, "") == "b", Token);
        await old.SendAsync("x"u8.ToArray(), Token);
        Assert.Equal("x", await ReceiveTextAsync(old, 1));
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
        using var old = await ConnectAsync(ports);
        Assert.Equal("a", await ReceiveTextAsync(old, 1));

        folder.Write("0.yaml", Document(ports, b.Address));
        folder.Write("1.yaml", Document(ports + 1, b.Address));
        gost.HangUp();

        for (var i = 0; i < 2; i++)
        {
            var port = ports + i;
            await Eventually.TrueAsync("the new target", TimeSpan.FromSeconds(20), async () => await AskAsync(port, "") == "b", Token);
        }

        await old.SendAsync("x"u8.ToArray(), Token);
        Assert.Equal("x", await ReceiveTextAsync(old, 1));
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

    private static async Task<Socket> ConnectAsync(int port)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Token);
        return client;
    }

    private static async Task<string> AskAsync(int port, string question)
    {
        using var client = await ConnectAsync(port);
        await client.SendAsync(Encoding.ASCII.GetBytes(question), Token);
        return await ReceiveTextAsync(client, 1);
    }

    /// <summary>Up to <paramref name="length"/> bytes; fewer only at the end of the stream.</summary>
    private static async Task<string> ReceiveTextAsync(Socket client, int length)
    {
        var buffer = new byte[length];
        var total = 0;
        int count;
        while (total < length && (count = await client.ReceiveAsync(buffer.AsMemory(total), Token)) > 0)
        {
            total += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, total);
    }
}

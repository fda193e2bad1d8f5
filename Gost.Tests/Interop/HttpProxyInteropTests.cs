using System.Text;
using Gost.Engine.Abstractions;
using Gost.Tests.ControlPlane;
using Gost.Tests.Protocols.Http;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>curl and proxychains4 as clients of our HTTP proxy, tinyproxy as the far end of our connector.</summary>
[BothLanes]
public sealed class HttpProxyInteropTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http", false)]
    [InlineData("http", true)]
    [InlineData("auto", true)]
    public async Task Curl_ThroughTheProxy_GetsThePageInEachWay(string type, bool withAuth)
    {
        var curl = Programs.Require("curl");
        await using var origin = TcpTarget.Http("a page");
        await using var engine = await ProxyEngine.StartAsync(type, withAuth ? ("u", "p") : null);
        string[] proxy = ["--proxy", $"http://127.0.0.1:{engine.Port}", .. withAuth ? ["--proxy-user", "u:p"] : Array.Empty<string>()];
        string[] url = ["-sS", "--max-time", "20", $"http://{origin.Address}/"];

        Assert.Equal("a page", await RunAsync(curl, [.. proxy, .. url]));
        Assert.Equal("a page", await RunAsync(curl, [.. proxy, "--proxytunnel", .. url]));
        Assert.Equal("a page", await RunAsync(curl, [.. proxy, "--proxy1.0", $"127.0.0.1:{engine.Port}", "--proxytunnel", .. url]));
        Assert.Equal("a page", await RunAsync(curl, [.. proxy, "--http1.0", .. url]));
    }

    [Theory]
    [InlineData("--socks4")]
    [InlineData("--socks4a")]
    [InlineData("--socks5")]
    [InlineData("--socks5-hostname")]
    [InlineData("--proxy")]
    public async Task Curl_ThroughAuto_IsUnderstoodWhateverItSpeaks(string option)
    {
        var curl = Programs.Require("curl");
        await using var origin = TcpTarget.Http("a page");
        await using var engine = await ProxyEngine.StartAsync("auto");

        Assert.Equal("a page", await RunAsync(curl, option, $"127.0.0.1:{engine.Port}", "-sS", "--max-time", "20", $"http://{origin.Address}/"));
    }

    [Fact]
    public async Task Curl_PostsAMegabyteInChunks_AndGetsItBack()
    {
        var curl = Programs.Require("curl");
        using TempFolder folder = new();
        var body = string.Concat(Enumerable.Range(0, 1 << 17).Select(static x => $"{x:x7}\n"));
        var file = folder.Write("body", body);
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            StringBuilder text = new();
            var buffer = new byte[64 * 1024];
            while (!text.ToString(Math.Max(0, text.Length - 5), Math.Min(5, text.Length)).Equals("0\r\n\r\n", StringComparison.Ordinal))
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, ct)));
            }

            // The request's chunks as they are, as the response's.
            var chunks = text.ToString()[(text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks), ct);
            await socket.ReceiveAsync(buffer, ct);
        });
        await using var engine = await ProxyEngine.StartAsync();

        Assert.Equal(body, await RunAsync(
            curl, "-sS", "--max-time", "30", "--proxy", $"http://127.0.0.1:{engine.Port}", "-H", "Transfer-Encoding: chunked", "-H", "Expect:",
            "--data-binary", $"@{file}", $"http://{origin.Address}/"));
    }

    [Fact]
    public async Task Curl_WithAWrongPassword_IsTold407()
    {
        var curl = Programs.Require("curl");
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"));
        var output = await ProgramOutput.RunAsync(
            curl, ["-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}", "--proxy", $"http://u:x@127.0.0.1:{engine.Port}", "http://127.0.0.1:9/"], Token);

        Assert.Equal("407", output.Output);
        await engine.AssertErrorAsync("proxy", FlowLayer.Authentication, "is wrong");
    }

    [Fact]
    public async Task Proxychains_ThroughTheProxy_ReachesTheTarget()
    {
        var (chains, curl) = (Programs.Require("proxychains4"), Programs.Require("curl"));
        using TempFolder folder = new();
        await using var origin = TcpTarget.Http("a page");
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"));
        var config = folder.Write(
            "proxychains.conf", $"strict_chain\nquiet_mode\ntcp_read_time_out 15000\ntcp_connect_time_out 8000\n[ProxyList]\nhttp 127.0.0.1 {engine.Port} u p\n");

        Assert.Equal("a page", await RunAsync(chains, "-q", "-f", config, curl, "-sS", "--max-time", "20", $"http://{origin.Address}/"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tinyproxy_AsFarEnd_CarriesTheTunnel(bool withAuth)
    {
        var program = Programs.Require("tinyproxy");
        using TempFolder folder = new();
        var port = Ports.Free();
        var auth = withAuth ? "BasicAuth u p\n" : "";
        var config = folder.Write("tinyproxy.conf", $"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nLogLevel Error\n{auth}");
        await using var server = await ForeignProcess.StartAsync(program, port, Token, "-d", "-c", config);
        await using var target = TcpTarget.Echo("220 ready");
        await using var engine = await ProxyEngine.StartAsync();
        await engine.ForwardAsync(target.Address, auth: withAuth ? ("u", "p") : null, port: port);

        using var socket = await LiveEngine.ConnectAsync(engine.ClientPort);
        Assert.Equal("220 ready", await ProxyEngine.ReadAsync(socket, 9));
        await socket.SendAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello", await ProxyEngine.ReadAsync(socket, 5));
    }

    [Fact]
    public async Task Tinyproxy_ThatAsksForCredentials_IsNamedInTheStatus()
    {
        var program = Programs.Require("tinyproxy");
        using TempFolder folder = new();
        var port = Ports.Free();
        var config = folder.Write("tinyproxy.conf", $"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\nBasicAuth u p\n");
        await using var server = await ForeignProcess.StartAsync(program, port, Token, "-d", "-c", config);
        await using var engine = await ProxyEngine.StartAsync();
        await engine.ForwardAsync("127.0.0.1:9", port: port);

        using var socket = await LiveEngine.ConnectAsync(engine.ClientPort);
        Assert.Equal("", await ProxyEngine.ReadAsync(socket, 1));
        await engine.AssertErrorAsync("client", FlowLayer.Authentication, "asks for a user name");
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var output = await ProgramOutput.RunAsync(program, arguments, Token);
        Assert.True(output.ExitCode == 0, $"{program} ended with {output.ExitCode}: {output.Error}");
        return output.Output;
    }
}

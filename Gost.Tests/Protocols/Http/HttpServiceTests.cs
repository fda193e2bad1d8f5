using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Http;

/// <summary>A forwarding service, a chain of one http node, and the proxy, in one engine over loopback; and what a client of the proxy is told.</summary>
[BothLanes]
public sealed class HttpServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tunnel_ThroughTheChain_CarriesBothWays(bool withAuth)
    {
        (string, string)? auth = withAuth ? ("u", "p") : null;
        await using var target = TcpTarget.Echo("220 ready");
        await using var engine = await ProxyEngine.StartAsync(auth: auth);
        await engine.ForwardAsync(target.Address, auth: auth);

        using var socket = await LiveEngine.ConnectAsync(engine.ClientPort);

        // The server speaks first: its bytes may come in one piece with the answer to CONNECT.
        Assert.Equal("220 ready", await ProxyEngine.ReadAsync(socket, 9));
        await socket.SendAsync("HELO"u8.ToArray(), Token);
        Assert.Equal("HELO", await ProxyEngine.ReadAsync(socket, 4));
    }

    [Fact]
    public async Task Tunnel_ClientHalfClosesAfterItsLastByte_GetsTheWholeAnswer()
    {
        await using HalfCloseTarget target = new();
        await using var engine = await ProxyEngine.StartAsync();
        await engine.ForwardAsync(target.Address);
        using var socket = await LiveEngine.ConnectAsync(engine.ClientPort);

        await target.AskAsync(socket, Token);
    }

    [Fact]
    public async Task Datagrams_ThroughTheChain_AreAnsweredOneByOne()
    {
        await using UdpTarget target = new("t", replies: 2);
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"), metadata: ("udp", true));
        await engine.ForwardAsync(target.Address, isUdp: true, auth: ("u", "p"));
        using UdpClientSocket client = new(engine.ClientPort);

        await client.SendAsync("one", Token);
        Assert.Equal("t:1:one", await client.ReceiveAsync(Token));
        Assert.Equal("t:2:one", await client.ReceiveAsync(Token));
        await client.SendAsync("two", Token);
        Assert.Equal("t:1:two", await client.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Datagrams_ToAName_AreResolvedAtTheFarEnd()
    {
        await using UdpTarget target = new("t");
        await using var engine = await ProxyEngine.StartAsync(metadata: ("udp", true));
        await engine.ForwardAsync($"localhost:{target.Port}", isUdp: true);
        using UdpClientSocket client = new(engine.ClientPort);

        await client.SendAsync("one", Token);
        Assert.Equal("t:1:one", await client.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Datagrams_NotAllowedAtTheFarEnd_SayHowToAllowThem()
    {
        await using var engine = await ProxyEngine.StartAsync();
        await engine.ForwardAsync("127.0.0.1:9", isUdp: true);
        using UdpClientSocket client = new(engine.ClientPort);

        await client.SendAsync("one", Token);

        await engine.AssertErrorAsync("client", FlowLayer.Associate, "UDP is disabled at the far end: add udp=true");
        await engine.AssertErrorAsync("proxy", FlowLayer.Associate, "udp=true");
    }

    [Theory]
    [InlineData(null, "asks for a user name")]
    [InlineData("x", "refuses the user name or the password")]
    public async Task Tunnel_WithoutTheRightCredentials_IsRefused(string? password, string message)
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"));
        await engine.ForwardAsync(target.Address, auth: password is null ? null : ("u", password));

        using var socket = await LiveEngine.ConnectAsync(engine.ClientPort);

        Assert.Equal("", await ProxyEngine.ReadAsync(socket, 1));
        await engine.AssertErrorAsync("client", FlowLayer.Authentication, message);
        await engine.AssertErrorAsync("proxy", FlowLayer.Authentication, "user name");
        Assert.Equal("node", engine.Live.Control.GetStatus("client")?.LastError?.Node);
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Tunnel_TargetRefuses_IsNamedAtBothEnds()
    {
        using ClosedPort closed = new();
        await using var engine = await ProxyEngine.StartAsync();
        await engine.ForwardAsync(closed.Address);

        using var socket = await LiveEngine.ConnectAsync(engine.ClientPort);

        Assert.Equal("", await ProxyEngine.ReadAsync(socket, 1));
        await engine.AssertErrorAsync("client", FlowLayer.Connect, "503 Service Unavailable");
        await engine.AssertErrorAsync("proxy", FlowLayer.Dial, "");
    }

    [Fact]
    public async Task Tunnel_PayloadBehindTheHead_IsForwarded()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await ProxyEngine.StartAsync();
        using var socket = await engine.SendAsync($"CONNECT {target.Address} HTTP/1.1\n\nearly");

        await ProxyEngine.ExpectAsync(socket, "HTTP/1.1 200 Connection established\nProxy-Agent: gost/3.0\n\nearly");
    }

    [Fact]
    public async Task Unauthorized_WithoutOrWithWrongCredentials_IsAsGostSaysIt()
    {
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"), metadata: [("authBasicRealm", "my realm"), ("header", ProxyEngine.Map(("x-own", "1")))]);

        Assert.Equal(
            "HTTP/1.1 407 Proxy Authentication Required\nConnection: close\nProxy-Authenticate: Basic realm=\"my realm\"\nProxy-Connection: close\nX-Own: 1\n\n",
            await engine.AskAsync("CONNECT a:1 HTTP/1.1\nHost: a:1\nProxy-Connection: keep-alive\n\n"));
        Assert.Equal(
            "HTTP/1.1 407 Proxy Authentication Required\nConnection: close\nProxy-Authenticate: Basic realm=\"my realm\"\nX-Own: 1\n\n",
            await engine.AskAsync("GET http://a/ HTTP/1.1\nHost: a\nProxy-Authorization: Basic dTp4\n\n"));
    }

    [Fact]
    public async Task Unauthorized_WithABodyUnderWay_ReachesTheClient()
    {
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"));
        using var socket = await engine.SendAsync("POST http://a/ HTTP/1.1\nHost: a\nContent-Length: 1000000\n\n" + new string('x', 100_000));

        Assert.StartsWith("HTTP/1.1 407 ", await ProxyEngine.ReadAsync(socket, 200), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PRI * HTTP/2.0\n\nSM\n\n")]
    [InlineData("PRI * HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET https://a/ HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET / HTTP/1.1\n\n")]
    [InlineData("GET a HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\nHost: b\n\n")]
    [InlineData("POST http://a/ HTTP/1.1\nHost: a\nContent-Length: 1\nTransfer-Encoding: chunked\n\n0\n\n")]
    [InlineData("CONNECT a:http HTTP/1.1\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n folded\n\n")]
    [InlineData("\u0016\u0003\u0001\u0002")]
    public async Task BadRequest_IsAnsweredAndClosed(string text)
    {
        await using var engine = await ProxyEngine.StartAsync();

        Assert.Equal("HTTP/1.1 400 Bad Request\nConnection: close\n\n", await engine.AskAsync(text));
        await engine.AssertErrorAsync("proxy", FlowLayer.Handshake, "http: ");
    }

    [Fact]
    public async Task Request_ThatNeverComes_EndsAfterTheReadTimeout()
    {
        await using var engine = await ProxyEngine.StartAsync(metadata: ("readTimeout", "100ms"));
        using var socket = await engine.SendAsync("CONNECT a:1 HTTP/1.1\n");

        Assert.Equal("", await ProxyEngine.ReadAsync(socket, 1));
        await engine.AssertErrorAsync("proxy", FlowLayer.Handshake, "no request within 0.1 s");
    }

    [Fact]
    public async Task Client_ThatLeavesWithoutARequest_IsNoError()
    {
        await using var engine = await ProxyEngine.StartAsync();
        using (var socket = await LiveEngine.ConnectAsync(engine.Port))
        {
            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal("", await ProxyEngine.ReadAsync(socket, 1));
        }

        await Eventually.TrueAsync(
            "the end of the flow", TimeSpan.FromSeconds(10), () => engine.Live.Control.GetStatus("proxy")?.Stats is { CurrentConns: 0, TotalConns: 1 }, Token);
        Assert.Null(engine.Live.Control.GetStatus("proxy")?.LastError);
    }

    [Theory]
    [InlineData("header", "text", "must be a map")]
    [InlineData("probeResist", "web:http://example.com", "fetches no pages")]
    [InlineData("probeResist", "code:abc", "code:NNN")]
    [InlineData("probeResist", "nothing", "code:NNN")]
    [InlineData("probe_resist", "file:", "code:NNN")]
    [InlineData("proxyAgent", "a\r\nb", "control characters")]
    [InlineData("authBasicRealm", "a\"b", "quotes")]
    public async Task Option_ThatCannotBeUsed_RefusesTheService(string key, string value, string message)
    {
        await using var live = await LiveEngine.StartAsync();
        var refused = Assert.IsType<ChangeRefused>(await live.Control.ApplyAsync(
            new CreateObject(Gost.Engine.Config.ConfigKind.Services, LiveEngine.Service("a", "127.0.0.1:0") with
            {
                Handler = new Gost.Engine.Config.Model.HandlerConfig { Type = "http", Metadata = ProxyEngine.Map((key, value)) },
                Forwarder = null,
            }),
            Token));

        var finding = Assert.Single(refused.Findings);
        Assert.Equal($"/handler/metadata/{key}", finding.Pointer);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoy_Status_HidesTheProxyUnlessTheClientKnocks()
    {
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"), metadata: [("probeResist", "code:404"), ("knock", "a.test,Door.Test")]);

        Assert.Equal("HTTP/1.1 404 Not Found\nConnection: close\n\n", await engine.AskAsync("CONNECT a:1 HTTP/1.1\nHost: a:1\n\n"));
        Assert.Equal("HTTP/1.1 404 Not Found\nConnection: close\n\n", await engine.AskAsync("GET / HTTP/1.1\nHost: door.test\n\n"));
        Assert.StartsWith("HTTP/1.1 407 ", await engine.AskAsync("GET http://door.test/ HTTP/1.1\nHost: door.test\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoy_File_IsShownAsAPage()
    {
        using TempFolder folder = new();
        var path = folder.Write("page.html", "<p>hello</p>");
        await using var engine = await ProxyEngineOverFiles(folder, $"file:{path}");

        Assert.Equal(
            "HTTP/1.1 200 OK\nContent-Length: 12\nConnection: keep-alive\nContent-Type: text/html\n\n<p>hello</p>",
            await engine.AskAsync("GET / HTTP/1.1\nHost: a\n\n"));
        File.Delete(path);
        Assert.Equal("HTTP/1.1 503 Service Unavailable\nConnection: close\n\n", await engine.AskAsync("GET / HTTP/1.1\nHost: a\n\n"));
    }

    [Fact]
    public async Task Decoy_FileOutsideTheFolder_IsRefusedOverRest()
    {
        using TempFolder folder = new();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => ProxyEngineOverFiles(folder, "file:/etc/hostname"));
        Assert.Contains("Files:Folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoy_Host_GetsTheRequestWithoutItsCredentials()
    {
        TaskCompletionSource<string> request = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TcpTarget server = new(async (socket, ct) =>
        {
            var buffer = new byte[4096];
            request.SetResult(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, ct)));
            await socket.SendAsync("HTTP/1.1 418 Tea\r\n\r\n"u8.ToArray(), ct);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(buffer, ct);
        });
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"), metadata: ("probeResist", $"host:{server.Address}"));
        using var socket = await engine.SendAsync("GET /x HTTP/1.1\nHost: a\nProxy-Authorization: Basic dTp4\nAccept: */*\n\n");

        Assert.Equal("HTTP/1.1 418 Tea\n\n", await ProxyEngine.ReadAsync(socket, 100));
        Assert.Equal("GET /x HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n", await request.Task.WaitAsync(Token));
    }

    private static async Task<ProxyEngine> ProxyEngineOverFiles(TempFolder folder, string decoy) =>
        await ProxyEngine.StartAsync("http", ("u", "p"), folder.Path, ("probeResist", decoy));
}

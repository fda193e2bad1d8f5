using System.Net.Security;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Protocols.Auto;
using Gost.Tests.ControlPlane;
using Gost.Tests.Protocols.Http;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Auto;

/// <summary>The handler that finds out what its client speaks.</summary>
[BothLanes]
public sealed class AutoHandlerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_Connect_IsServedWithTheCredentialsOfTheService()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await ProxyEngine.StartAsync("auto", ("u", "p"));
        using var socket = await engine.SendAsync($"CONNECT {target.Address} HTTP/1.1\nProxy-Authorization: Basic dTpw\n\nearly");

        await ProxyEngine.ExpectAsync(socket, "HTTP/1.1 200 Connection established\nProxy-Agent: gost/3.0\n\nearly");
        Assert.StartsWith("HTTP/1.1 407 ", await engine.AskAsync("CONNECT a:1 HTTP/1.1\n\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0401{0}7f00000100", 8, "005a")]
    [InlineData("0401{0}0000000100" + "3132372e302e302e3100", 8, "005a")]
    [InlineData("050100", 2, "0500")]
    public async Task Socks_IsServed(string request, int answerLength, string answer)
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await ProxyEngine.StartAsync("auto");
        using var socket = await engine.SendAsync("");
        var hex = string.Format(System.Globalization.CultureInfo.InvariantCulture, request, target.Port.ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
        await socket.SendAsync(Convert.FromHexString(hex), Token);

        var received = new byte[answerLength];
        var have = 0;
        while (have < answerLength)
        {
            have += await socket.ReceiveAsync(received.AsMemory(have), Token);
        }

        Assert.StartsWith(answer, Convert.ToHexStringLower(received), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_OptionsOfTheService_AreThoseOfTheProxy()
    {
        await using var engine = await ProxyEngine.StartAsync("auto", metadata: [("udp", true), ("proxyAgent", "me")]);
        using var socket = await engine.SendAsync("CONNECT a:1 HTTP/1.1\nX-Gost-Protocol: udp\n\n");

        await ProxyEngine.ExpectAsync(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n");
        Assert.Empty(engine.Live.Control.GetStatus("proxy")!.Warnings); // Every test has it.
    }

    [Fact]
    public async Task Service_WithoutHandler_IsAuto()
    {
        await using var live = await LiveEngine.StartAsync();
        await live.ApplyAsync(new CreateObject(ConfigKind.Services, new ServiceConfig { Name = "a", Addr = "127.0.0.1:0" }));
        using var socket = await LiveEngine.ConnectAsync(live.Port("a"));
        await socket.SendAsync("GET\n"u8.ToArray(), Token);

        await ProxyEngine.ExpectAsync(socket, "HTTP/1.1 400 Bad Request\n");
    }

    [Fact]
    public async Task Tls_ClientIsForwardedToTheServerItNames()
    {
        // A host table leads the name to this host; nobody listens at that address's port 443, which the fault names.
        await using var engine = await ProxyEngine.StartAsync("auto");
        await engine.Live.ApplyAsync(new CreateObject(ConfigKind.Hosts, new HostsConfig
        {
            Name = "h",
            Mappings = [new HostMappingConfig { Ip = "127.0.0.7", Hostname = "server.test" }],
        }));
        await engine.Live.ApplyAsync(new ReplaceObject(ConfigKind.Services, "proxy", new ServiceConfig
        {
            Name = "proxy",
            Addr = "127.0.0.1:0",
            Hosts = "h",
            Handler = new HandlerConfig { Type = "auto" },
            Listener = new ListenerConfig { Type = "tcp" },
        }));
        using var socket = await engine.SendAsync("");
        await socket.SendAsync(await HelloAsync("server.test"), Token);

        Assert.DoesNotContain("HTTP", await ProxyEngine.ReadAsync(socket, int.MaxValue), StringComparison.Ordinal);
        await engine.AssertErrorAsync("proxy", FlowLayer.Dial, "127.0.0.7:443");
    }

    [Theory]
    [InlineData(true, FlowLayer.Authentication)]
    [InlineData(false, FlowLayer.Handshake)]
    public async Task Tls_WithCredentialsAskedForOrNoName_IsRefused(bool withAuth, FlowLayer layer)
    {
        await using var engine = await ProxyEngine.StartAsync("auto", withAuth ? ("u", "p") : null);
        using var socket = await engine.SendAsync("");
        await socket.SendAsync(await HelloAsync(withAuth ? "server.test" : ""), Token);

        Assert.DoesNotContain("HTTP", await ProxyEngine.ReadAsync(socket, int.MaxValue), StringComparison.Ordinal);
        await engine.AssertErrorAsync("proxy", layer, "auto: ");
    }

    [Fact]
    public async Task Client_ThatSendsNothing_EndsAfterTheReadTimeout()
    {
        await using var engine = await ProxyEngine.StartAsync("auto", metadata: ("readTimeout", "100ms"));
        using var socket = await engine.SendAsync("");

        Assert.Equal("", await ProxyEngine.ReadAsync(socket, 1));
        await engine.AssertErrorAsync("proxy", FlowLayer.Handshake, "within 0.1 s");
    }

    [Fact]
    public async Task ClientHello_InPieces_IsReadWhenItIsWhole()
    {
        var hello = await HelloAsync("server.test");
        for (var i = 0; i < hello.Length; i++)
        {
            Assert.False(ClientHello.TryRead(hello.AsSpan(0, i), out _));
        }

        Assert.True(ClientHello.TryRead(hello, out var name));
        Assert.Equal("server.test", name);
        Assert.True(ClientHello.TryRead(InRecordsOf(hello, 50), out name));
        Assert.Equal("server.test", name);
    }

    [Theory]
    [InlineData("1603010000")]
    [InlineData("160201")]
    [InlineData("16030100040b00000000")]
    [InlineData("16030100050100ffff00")]
    [InlineData("1603010004010fffff")]
    [InlineData("160301000401000000")]
    public void ClientHello_ThatIsNone_NamesNobody(string hex)
    {
        Assert.True(ClientHello.TryRead(Convert.FromHexString(hex), out var name));
        Assert.Null(name);
    }

    /// <summary>The first message of a TLS client.</summary>
    internal static async Task<byte[]> HelloAsync(string serverName)
    {
        using var pair = await SocketPair.CreateAsync(Token);
        await using SslStream tls = new(new NetworkStream(pair.Near));
        var handshake = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName }, Token);
        var buffer = new byte[16 * 1024];
        var count = await pair.Far.ReceiveAsync(buffer, Token);
        pair.Far.Shutdown(SocketShutdown.Both);
        await Assert.ThrowsAnyAsync<IOException>(() => handshake);
        return buffer[..count];
    }

    /// <summary>The same message spread over short records.</summary>
    private static byte[] InRecordsOf(byte[] hello, int size) =>
        [.. hello[5..].Chunk(size).SelectMany(static x => (byte[])[0x16, 3, 1, (byte)(x.Length >> 8), (byte)x.Length, .. x])];
}

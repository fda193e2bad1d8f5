using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Security;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Tcp;

[BothLanes]
public sealed class AcceptLayersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProxyHeader_ReceivedAndSent_ClientIsNamedToTheTarget()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        await using var service = await StreamService.StartAsync(parts.Services, target.Port, new ServiceConfig
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Metadata = Map(("proxyProtocol", 1L)),
            Handler = new HandlerConfig { Type = "tcp", Metadata = Map(("proxyProtocol", 2L)) },
        });
        using var client = await ConnectAsync(service);
        await client.SendAsync("PROXY TCP4 192.0.2.7 198.51.100.2 1234 80\r\nhi"u8.ToArray(), Token);

        var inbound = await service.Accepted.ReadAsync(Token);
        Assert.Equal((IPEndPoint.Parse("192.0.2.7:1234"), IPEndPoint.Parse("198.51.100.2:80")), (inbound.Client, inbound.Local));
        Assert.Equal(client.LocalEndPoint, inbound.Peer);

        var answer = new byte[30];
        using NetworkStream reader = new(client);
        await reader.ReadExactlyAsync(answer, Token);
        Assert.Equal(0x51, answer[7]);
        Assert.Equal([192, 0, 2, 7, 198, 51, 100, 2, 1234 >> 8, 1234 & 0xFF, 0, 80], answer[16..28]);
        Assert.Equal("hi", Encoding.ASCII.GetString(answer[28..]));
    }

    [Fact]
    public async Task ProxyHeader_SlowClients_HoldUpNobody()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo("ok");
        await using var service = await StreamService.StartAsync(parts.Services, target.Port, new ServiceConfig
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Metadata = Map(("proxyProtocol", true)),
        });
        List<Socket> slow = [];
        for (var i = 0; i < 20; i++)
        {
            slow.Add(await ConnectAsync(service));
            await slow[i].SendAsync("PROXY "u8.ToArray(), Token);
        }

        using var quick = await ConnectAsync(service);
        await quick.SendAsync("PROXY TCP4 192.0.2.7 198.51.100.2 1234 80\r\n"u8.ToArray(), Token);
        Assert.Equal(2, await quick.ReceiveAsync(new byte[8], Token));

        // The end of the service ends the handshakes.
        await service.StopAsync();
        foreach (var socket in slow)
        {
            Assert.Equal(0, await ReceiveOrResetAsync(socket));
            socket.Dispose();
        }
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("127.0.0.1,10.9.9.9", false)]
    [InlineData("127.5.5.5", true)]
    public async Task Admission_WhitelistWithProxyHeader_JudgesTheNamedClient(string matchers, bool admitted)
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo("ok");
        ServiceConfig config = new() { Name = "s", Addr = "127.0.0.1:0", Metadata = Map(("proxyProtocol", 1L)) };
        if (matchers.Length > 0)
        {
            config = config with { Admission = "list" };
            AdmissionConfig list = new() { Name = "list", Whitelist = true, Matchers = [.. matchers.Split(',')] };
            parts.Services.Objects.Admissions.Get("list").Exchange(Admission.Compile(list, parts.Services, []));
        }

        await using var service = await StreamService.StartAsync(parts.Services, target.Port, config);
        using var client = await ConnectAsync(service);
        var source = matchers.Contains(',') ? "10.1.1.1" : "127.5.5.5";
        try
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"PROXY TCP4 {source} 198.51.100.2 1234 80\r\n"), Token);
        }
        catch (SocketException) when (!admitted)
        {
            // Closed before the header was sent.
        }

        Assert.Equal(admitted ? 2 : 0, await ReceiveOrResetAsync(client));
        Assert.Equal(admitted ? 1 : 0, target.Accepted);
    }

    [Fact]
    public async Task Admission_NamedButMissing_AdmitsNobodyUntilItExists()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo("ok");
        await using var service = await StreamService.StartAsync(
            parts.Services, target.Port, new ServiceConfig { Name = "s", Addr = "127.0.0.1:0", Admissions = ["missing"] });
        using var refused = await ConnectAsync(service);
        Assert.Equal(0, await ReceiveOrResetAsync(refused));

        parts.Services.Objects.Admissions.Get("missing").Exchange(Admission.Compile(new AdmissionConfig { Name = "missing" }, parts.Services, []));
        using var admitted = await ConnectAsync(service);
        Assert.Equal(2, await ReceiveOrResetAsync(admitted));
    }

    [Fact]
    public async Task Options_WithoutEffect_AreWarnedAbout()
    {
        await using EngineParts parts = new();
        await using var service = await StreamService.StartAsync(parts.Services, 1, new ServiceConfig
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "forward", Metadata = Map(("sniffing", true), ("idleTimeout", "30s")) },
        });
        var finding = Assert.Single(service.Findings);
        Assert.Equal(("/handler/metadata/sniffing", FindingSeverity.Warning), (finding.Pointer, finding.Severity));
    }

    [Fact]
    public async Task Listener_RtcpWithoutChain_ForwardsAndRefusesATakenPort()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo("ok");
        ServiceConfig config = new()
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "rtcp" },
            Listener = new ListenerConfig { Type = "rtcp" },
        };
        await using var service = await StreamService.StartAsync(parts.Services, target.Port, config);
        using var client = await ConnectAsync(service);
        Assert.Equal(2, await ReceiveOrResetAsync(client));

        await using EngineParts other = new();
        var e = await Assert.ThrowsAsync<Gost.Engine.Abstractions.FlowException>(
            () => StreamService.StartAsync(other.Services, target.Port, config with { Addr = $"127.0.0.1:{service.Port}" }));
        Assert.Equal(Gost.Engine.Abstractions.FlowError.AddressInUse, e.Error);
    }

    [Fact]
    public async Task Listener_MultipathTcp_ServesOrWarns()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo("ok");
        await using var service = await StreamService.StartAsync(parts.Services, target.Port, new ServiceConfig
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Listener = new ListenerConfig { Type = "tcp", Metadata = Map(("mptcp", true), ("keepalive", true), ("keepalive.idle", 20L)) },
        });
        using var client = await ConnectAsync(service);
        Assert.Equal(2, await ReceiveOrResetAsync(client));
        const string Switch = "/proc/sys/net/mptcp/enabled";
        if (!File.Exists(Switch) || (await File.ReadAllTextAsync(Switch, Token)).Trim() != "1")
        {
            var finding = Assert.Single(service.Findings);
            Assert.Equal(("/listener/metadata/mptcp", FindingSeverity.Warning), (finding.Pointer, finding.Severity));
        }
    }

    [Theory]
    [InlineData("udp", true)]
    [InlineData("rudp", true)]
    [InlineData("tcp", false)]
    public async Task ForwardHandler_OnEachListener_ForwardsWhatItAccepts(string listener, bool datagrams)
    {
        await using EngineParts parts = new();
        ServiceConfig config = new() { Name = "s", Listener = new ListenerConfig { Type = listener } };
        MetadataReader empty = new(Map(), "/metadata");
        var router = Gost.Engine.Routing.Router.ForHandler(config, empty, parts.Services);
        var forwarder = Gost.Engine.Routing.Forwarder.Build(config, empty, router, parts.Services);
        var handler = parts.Services.Catalog.Handlers["forward"](
            new Gost.Engine.Catalog.HandlerBuildContext(config, empty, empty, forwarder, router, parts.Services));
        Assert.Equal(datagrams ? "UdpHandler" : "ForwardHandler", handler.GetType().Name);
    }

    private static ConfigMap<object?> Map(params (string Key, object? Value)[] items) =>
        new(items.Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    private static async Task<Socket> ConnectAsync(StreamService service)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, service.Port, Token);
        return client;
    }

    private static async Task<int> ReceiveOrResetAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[8], Token);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}

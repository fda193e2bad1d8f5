using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net.NameServers;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Net.NameServers;

public sealed class DnsResolverTests : IAsyncLifetime
{
    private readonly RoutingFixture _fixture = new();
    private readonly RoutingFixture _live = new(realTime: true);
    private readonly StubNameServer _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server.Names["both.test"] = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), IPAddress.Parse("2001:db8::1")];
        _server.Names["six.test"] = [IPAddress.Parse("2001:db8::6")];
        _server.Names["echo.test"] = [IPAddress.Loopback];
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("udp", "", "", "both.test", "192.0.2.1 192.0.2.2", "udp A both.test")]
    [InlineData("tcp", "", "", "both.test", "192.0.2.1 192.0.2.2", "tcp A both.test")]
    [InlineData("", "", "", "six.test", "2001:db8::6", "udp A six.test,udp AAAA six.test")]
    [InlineData("udp", "ipv6", "", "both.test", "2001:db8::1", "udp AAAA both.test")]
    [InlineData("udp", "", "ipv6", "both.test", "2001:db8::1", "udp AAAA both.test")]
    [InlineData("udp", "ipv4", "", "both.test", "192.0.2.1 192.0.2.2", "udp A both.test")]
    public async Task Resolve_AsksForTheKindsInOrder(string scheme, string prefer, string only, string name, string addresses, string asked)
    {
        var resolver = Compile(Server(scheme) with { Prefer = prefer, Only = only });

        var found = await resolver.ResolveAsync(name, Token);

        Assert.Equal(addresses.Split(' '), found.Select(static x => x.ToString()));
        Assert.Equal(asked.Split(','), _server.Asked);
    }

    [Fact]
    public async Task Resolve_AnswerThatDoesNotFit_IsAskedForOverTcp()
    {
        _server.Cuts = true;

        Assert.Equal(2, (await Compile(Server("udp")).ResolveAsync("both.test", Token)).Length);
        Assert.Equal(["udp A both.test", "tcp A both.test"], _server.Asked);
    }

    [Fact]
    public async Task Resolve_KeepsAnswersForTheirTime()
    {
        var resolver = Compile(Server("udp"));

        await resolver.ResolveAsync("both.test", Token);
        _fixture.Time.Advance(TimeSpan.FromSeconds(59));
        await resolver.ResolveAsync("BOTH.test", Token);
        Assert.Single(_server.Asked);
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await resolver.ResolveAsync("both.test", Token);

        Assert.Equal(2, _server.Asked.Count);
    }

    [Theory]
    [InlineData(5, 6, 2)]
    [InlineData(5, 4, 1)]
    [InlineData(-1, 0, 2)]
    public async Task Resolve_TtlOfTheServerEntry_Wins(int ttl, int later, int asked)
    {
        var resolver = Compile(Server("udp") with { Ttl = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(ttl)) });

        await resolver.ResolveAsync("both.test", Token);
        _fixture.Time.Advance(TimeSpan.FromSeconds(later));
        await resolver.ResolveAsync("both.test", Token);

        Assert.Equal(asked, _server.Asked.Count);
    }

    [Fact]
    public async Task Resolve_NameThatNobodyKnows_FailsInLayerResolve()
    {
        var exception = await Assert.ThrowsAsync<FlowException>(() => Compile(Server("udp")).ResolveAsync("nobody.test", Token).AsTask());

        Assert.Equal((FlowLayer.Resolve, FlowError.Unresolved), (exception.Layer, exception.Error));
        Assert.Contains("lookup nobody.test: no such host", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_FirstServerIsInTrouble_AsksTheNext()
    {
        await using StubNameServer second = new();
        second.Names["both.test"] = [IPAddress.Parse("192.0.2.9")];
        _server.Code = 2;
        var resolver = Compile(Server("udp"), new NameserverConfig { Addr = $"127.0.0.1:{second.Port}" });

        Assert.Equal("192.0.2.9", Assert.Single(await resolver.ResolveAsync("both.test", Token)).ToString());
    }

    [Fact]
    public async Task Resolve_ClientIp_SendsItsNetworkOnly()
    {
        await Compile(Server("udp") with { ClientIp = "203.0.113.77" }).ResolveAsync("both.test", Token);

        // Client subnet, family 1, 24 bits, RFC 7871.
        Assert.EndsWith("00080007000118 00CB0071".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(_server.Queries.Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_ThroughAChain_AsksTheFarEnd()
    {
        _fixture.SetChain(new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h", Nodes = [RoutingFixture.ScriptedNode("n")] }] });
        _fixture.Script.Refuse("127.0.0.1:53");
        var resolver = Compile(new NameserverConfig { Addr = "tcp://127.0.0.1", Chain = "c" });

        await Assert.ThrowsAsync<FlowException>(() => resolver.ResolveAsync("both.test", Token).AsTask());

        Assert.Equal(["dial node:1", "connect 127.0.0.1:53"], _fixture.Script.Asked);
    }

    [Fact]
    public async Task Service_WithResolver_ReachesTargetsByItsNames()
    {
        await using var target = TcpTarget.Echo();
        _live.Engine.Objects.Resolvers.Get("r").Exchange(DnsResolver.Compile(new ResolverConfig { Name = "r", Nameservers = [Server("udp")] }, _live.Engine));
        ServiceConfig service = new() { Name = "s", Resolver = "r" };

        await using var stream = await _live.Router(service).Route(new Target(TargetNetwork.Tcp, "echo.test", target.Port), null)
            .DialAsync(new Target(TargetNetwork.Tcp, "echo.test", target.Port), Token);

        Assert.Equal(target.Port, ((IPEndPoint)stream.RemoteEndPoint!).Port);
        Assert.Equal(["udp A echo.test"], _server.Asked);
    }

    [Fact]
    public async Task Chain_ServiceAndNodeWithResolvers_AreAskedByAddress()
    {
        _fixture.Engine.Objects.Resolvers.Get("r").Exchange(Compile(Server("udp")));
        _fixture.SetChain(new ChainConfig
        {
            Name = "c",
            Hops =
            [
                new HopConfig { Name = "h1", Nodes = [RoutingFixture.ScriptedNode("a", "a:1")] },
                new HopConfig { Name = "h2", Resolver = "r", Nodes = [RoutingFixture.ScriptedNode("b", "six.test:1")] },
            ],
        });
        ServiceConfig service = new() { Name = "s", Resolver = "r", Handler = new HandlerConfig { Type = "tcp", Chain = "c" } };
        Target target = new(TargetNetwork.Tcp, "both.test", 80);

        await using var stream = await _fixture.Router(service).Route(target, null).DialAsync(target, Token);

        Assert.Contains("connect [2001:db8::6]:1", _fixture.Script.Asked);
        Assert.Contains("connect 192.0.2.1:80", _fixture.Script.Asked);
    }

    [Theory]
    [InlineData("https://1.1.1.1/dns-query")]
    [InlineData("udp://dns.test:53")]
    [InlineData("udp://1.1.1.1:0")]
    [InlineData("")]
    public void Compile_ServerThatCannotBeAsked_IsLeftOut(string addr) => Assert.False(Compile(new NameserverConfig { Addr = addr }).CanAsk);

    [Theory]
    [InlineData("1.1.1.1", 53)]
    [InlineData("tls://1.1.1.1", 853)]
    [InlineData("tcp://[2606:4700::1111]", 53)]
    [InlineData("2606:4700::1111", 53)]
    [InlineData("udp://[::1]:5353", 5353)]
    public void Read_Addresses(string addr, int port) => Assert.Equal(port, DnsServer.Read(addr, out _)?.Address.Port);

    private NameserverConfig Server(string scheme) => new() { Addr = $"{(scheme.Length == 0 ? "" : scheme + "://")}127.0.0.1:{_server.Port}" };

    private DnsResolver Compile(params NameserverConfig[] servers) =>
        DnsResolver.Compile(new ResolverConfig { Name = "r", Nameservers = [.. servers] }, _fixture.Engine);
}

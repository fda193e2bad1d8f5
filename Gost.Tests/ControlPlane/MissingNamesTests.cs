using System.Collections.Immutable;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>The status names what is missing where it matters, and only there.</summary>
public sealed class MissingNamesTests
{
    [Fact]
    public async Task AChainThatDoesNotAct_IsNotMissed()
    {
        var beside = Service(new HandlerConfig { Type = "tcp", Chain = "c" }) with { Listener = new ListenerConfig { Type = "tcp", Chain = "d" } };
        Assert.Equal(["chain c does not exist: connections are refused"], await MissingAsync(beside));
        Assert.Equal(
            ["chain d does not exist: connections are refused"],
            await MissingAsync(beside with { Handler = new HandlerConfig { Type = "tcp" } }));
        Assert.Empty(await MissingAsync(beside with { Metadata = Set("ignoreChain") }));
    }

    [Fact]
    public async Task BothChainsOfARemoteBind_AreMissed() => Assert.Equal(
        ["chain c does not exist: connections are refused", "chain d does not exist: connections are refused"],
        await MissingAsync(Service(new HandlerConfig { Type = "rtcp", Chain = "c" }) with { Listener = new ListenerConfig { Type = "rtcp", Chain = "d" } }));

    [Fact]
    public async Task AFallBackToDirect_IsNotCalledARefusal() => Assert.Equal(
        ["chain c does not exist: connections go direct (compat.directFallback)"],
        await MissingAsync(Service(new HandlerConfig { Type = "tcp", Chain = "c" }) with { Metadata = Set("compat.directFallback") }));

    [Fact]
    public async Task AGroupOfWhichNothingIsThere_Refuses()
    {
        ChainGroupConfig group = new() { Chains = [new ChainRefConfig { Chain = "c" }, new ChainRefConfig { Chain = "there" }] };
        var service = Service(new HandlerConfig { Type = "tcp", ChainGroup = group });
        Assert.Equal(["chain c does not exist: the others of its group are used"], await MissingAsync(service, new ChainConfig { Name = "there" }));
        Assert.Equal(
            ["chain c does not exist: connections are refused", "chain there does not exist: connections are refused"],
            await MissingAsync(service));
    }

    [Fact]
    public async Task AHopBesideAGroup_IsNotMissed() => Assert.Equal(
        ["hop g does not exist: connections are refused"],
        await MissingAsync(Service(new HandlerConfig { Type = "tcp" }) with
        {
            Forwarder = new ForwarderConfig { Hop = "h", HopGroup = new HopGroupConfig { Hops = [new HopRefConfig { Hop = "g" }] } },
        }));

    [Fact]
    public async Task AnAuther_IsMissedByHandlersThatAskForOne()
    {
        HandlerConfig handler = new() { Type = "socks5", Auther = "x", Authers = ["y"] };
        Assert.Equal(
            ["auther x does not exist: nobody is allowed", "auther y does not exist: nobody is allowed"],
            await MissingAsync(Service(handler)));
        Assert.Equal(["auther y does not exist: only users of the others are allowed"], await MissingAsync(Service(handler), new AutherConfig { Name = "x" }));
        Assert.Empty(await MissingAsync(Service(handler with { Type = "tcp" })));
    }

    private static ServiceConfig Service(HandlerConfig handler) => new() { Name = "a", Addr = ":1", Handler = handler };

    private static ConfigMap<object?> Set(string key) => new([KeyValuePair.Create(key, (object?)true)]);

    private static async Task<List<string>> MissingAsync(ServiceConfig service, params NamedConfig[] there)
    {
        await using EngineParts parts = new();
        var objects = there.Select(static x => new DesiredObject(
            Gost.Engine.Config.ConfigKind.All.First(k => k.RecordType == x.GetType()), x, 1, 1, ObjectOrigin.Rest, default, default));
        return [.. new MissingNames(parts.Services).Of(service, new DesiredState(1, objects.ToImmutableDictionary(static x => x.Key)))];
    }
}

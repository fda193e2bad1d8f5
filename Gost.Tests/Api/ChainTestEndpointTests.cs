using System.Text.Json.Nodes;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Api;

public sealed class ChainTestEndpointTests
{
    private const string Chain = """{"name":"NAME","hops":[{"name":"h","nodes":[{"name":"n","addr":"ADDR","connector":{"type":"forward"},"dialer":{"type":"tcp"}}]}]}""";

    [Fact]
    public async Task Test_ChainThatWorks_AnswersEachStep()
    {
        await using var target = TcpTarget.Echo();
        await using var host = await ApiHost.StartRealAsync();
        await host.PostAsync("/config/chains", Chain.Replace("NAME", "c", StringComparison.Ordinal).Replace("ADDR", $"localhost:{target.Port}", StringComparison.Ordinal));

        var (status, body, _) = await host.PostAsync("/config/chains/c/test", """{"target":"192.0.2.1:80"}""");

        Assert.True(status == 200, body.ToJsonString());
        var data = body["data"]!.AsObject();
        Assert.True((bool)data["reached"]!);
        Assert.False(data.ContainsKey("error"));
        Assert.Equal(["resolve localhost", $"dial localhost:{target.Port}", "connect 192.0.2.1:80"], Steps(data));
        Assert.All(data["steps"]!.AsArray(), x => Assert.Equal(("h", "n"), ((string)x!["hop"]!, (string)x["node"]!)));
        Assert.All(data["steps"]!.AsArray(), x => Assert.True((double)x!["ms"]! >= 0));
    }

    [Fact]
    public async Task Test_NodeThatRefuses_NamesHopNodeAndLayer()
    {
        await using var host = await ApiHost.StartRealAsync();
        using ClosedPort closed = new();
        await host.PostAsync("/config/chains", Chain.Replace("NAME", "c", StringComparison.Ordinal).Replace("ADDR", $"127.0.0.1:{closed.Port}", StringComparison.Ordinal));

        var (status, body, _) = await host.PostAsync("/config/chains/c/test", """{"target":"192.0.2.1:80","network":"tcp","timeout":"5s"}""");

        Assert.Equal(200, status);
        var data = body["data"]!.AsObject();
        Assert.False((bool)data["reached"]!);
        Assert.Equal(("dial", "h", "n"), ((string)data["error"]!["layer"]!, (string)data["error"]!["hop"]!, (string)data["error"]!["node"]!));
        var step = Assert.Single(data["steps"]!.AsArray())!;
        Assert.Contains("connection refused", (string)step["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "/target")]
    [InlineData("""{"target":"h"}""", "/target")]
    [InlineData("""{"target":"h:0"}""", "/target")]
    [InlineData("""{"target":"h:1","network":"ipx"}""", "/network")]
    [InlineData("""{"target":"h:1","timeout":"16s"}""", "/timeout")]
    [InlineData("""{"target":"h:1","timeout":5}""", "/timeout")]
    [InlineData("""{"target":"h:1","tmeout":"5s"}""", "/tmeout")]
    [InlineData("""{"target":1}""", "/target")]
    public async Task Test_BodyThatCannotBeUsed_IsPointedTo(string sent, string pointer)
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/chains", Chain.Replace("NAME", "c", StringComparison.Ordinal).Replace("ADDR", "127.0.0.1:1", StringComparison.Ordinal));

        var (status, body, _) = await host.PostAsync("/config/chains/c/test", sent);

        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.Equal(pointer, (string?)body["errors"]![0]!["pointer"]);
    }

    [Fact]
    public async Task Test_UnknownChain_Is404_AndASecondTestAtOnceIs409()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/chains", Chain.Replace("NAME", "busy", StringComparison.Ordinal).Replace("ADDR", "127.0.0.1:1", StringComparison.Ordinal));

        Assert.Equal(404, (await host.PostAsync("/config/chains/none/test", """{"target":"h:1"}""")).Status);
        var (status, body, response) = await host.PostAsync("/config/chains/busy/test", """{"target":"h:1"}""");

        using var answer = response;
        Assert.Equal((409, 40003), (status, (int?)body["code"]));
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private static List<string> Steps(JsonObject data) => [.. data["steps"]!.AsArray().Select(static x => $"{x!["layer"]} {x["address"]}")];
}

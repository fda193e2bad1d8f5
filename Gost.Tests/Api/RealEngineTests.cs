using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Api;

/// <summary>The API over the built-in engine: what it answers is what really runs.</summary>
public sealed class RealEngineTests
{
    [Fact]
    public async Task Post_ThenConnect_IsForwardedCountedAndListed()
    {
        await using var target = TcpTarget.Echo("a");
        await using var host = await ApiHost.StartRealAsync();
        var (status, body, _) = await host.PostAsync("/config/services", Service("web", target.Address));
        Assert.True(status == 200, body.ToJsonString());
        using var client = await ConnectAsync(host, "web");
        Assert.Equal("a", await ReceiveAsync(client, 1));
        await client.SendAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("hello", await ReceiveAsync(client, 5));

        var list = (await host.GetAsync("/config/services/web/connections")).Body["data"]!;
        Assert.Equal(1, (int?)list["count"]);
        Assert.Equal(target.Address, (string?)list["list"]![0]!["target"]);
        Assert.Equal(client.LocalEndPoint!.ToString(), (string?)list["list"]![0]!["client"]);
        var stats = (await host.GetAsync("/config/services/web")).Body["data"]!["status"]!["stats"]!;
        Assert.Equal((1L, 1L), ((long?)stats["totalConns"], (long?)stats["currentConns"]));
        var metrics = await host.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("gost_service_requests_in_flight{service=\"web\",client=\"127.0.0.1\"", metrics);

        Assert.Equal(200, (await host.DeleteAsync($"/config/services/web/connections/{list["list"]![0]!["id"]}")).Status);
        Assert.Equal(0, await ReceiveEndAsync(client));
    }

    [Theory]
    [InlineData("hop")]
    [InlineData("name")]
    public async Task Post_HopOfPlainTargets_IsForwardedTo(string member)
    {
        await using var target = TcpTarget.Echo("a");
        await using var host = await ApiHost.StartRealAsync();
        var (status, body, _) = await host.PostAsync("/config/hops", $$"""{"name":"targets","nodes":[{"name":"t","addr":"{{target.Address}}"}]}""");
        Assert.True(status == 200, body.ToJsonString());
        Assert.Contains("usable as a forward target only", body["data"]!["warnings"]!.ToJsonString());
        (status, body, _) = await host.PostAsync("/config/services", $$"""
            {"name":"web","addr":"127.0.0.1:0","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"{{member}}":"targets"} }
            """);
        Assert.True(status == 200, body.ToJsonString());
        using var client = await ConnectAsync(host, "web");
        Assert.Equal("a", await ReceiveAsync(client, 1));
    }

    [Fact]
    public async Task Put_WithAnotherTarget_KeepsTheSocketAndTheLiveConnection()
    {
        await using var first = TcpTarget.Echo("a");
        await using var second = TcpTarget.Echo("b");
        await using var host = await ApiHost.StartRealAsync();
        await host.PostAsync("/config/services", Service("web", first.Address));
        using var old = await ConnectAsync(host, "web");
        Assert.Equal("a", await ReceiveAsync(old, 1));
        var port = await PortAsync(host, "web");
        var (status, _, response) = await host.PutAsync("/config/services/web", Service("web", second.Address), ("If-Match", "\"1\""));
        Assert.Equal((200, "\"2\""), (status, response.Headers.ETag?.Tag));
        Assert.Equal(port, await PortAsync(host, "web"));
        using var fresh = await ConnectAsync(host, "web");
        Assert.Equal("b", await ReceiveAsync(fresh, 1));
        await old.SendAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("x", await ReceiveAsync(old, 1));
        Assert.Equal(412, (await host.PutAsync("/config/services/web", Service("web", first.Address), ("If-Match", "\"1\""))).Status);
    }

    [Fact]
    public async Task Status_NamesEveryMemberThatHasNoEffect()
    {
        await using var host = await ApiHost.StartRealAsync();
        var (status, body, _) = await host.PostAsync("/config/services", """
            {"name": "web", "addr": "127.0.0.1:0", "observer": "o", "resolver": "r", "recorders": [{"name": "x", "record": "y"}],
             "handler": {"type": "tcp", "metadata": {"sniffing": true}},
             "listener": {"type": "tcp", "chain": "c"},
             "forwarder": {"selector": {"strategy": "rond", "maxFails": 1}, "nodes": [
               {"name": "a", "addr": "127.0.0.1:9", "probe": {"type": "tcp", "addr": "127.0.0.1:9"}, "matcher": {"rule": "Host(`a`)"}}]},
             "metadata": {"nonsense": 1}}
            """);
        Assert.True(status == 200, body.ToJsonString());
        var answered = body["data"]!["warnings"]!.AsArray().Select(static x => (string)x!["message"]!).ToList();
        var shown = (await host.GetAsync("/config/services/web")).Body["data"]!["status"]!["warnings"]!.AsArray().Select(static x => (string)x!).ToList();
        foreach (var word in (ReadOnlySpan<string>)["observer", "resolver", "recorders", "sniffing", "listener.chain", "rond", "probe", "matcher", "nonsense"])
        {
            Assert.Contains(answered, x => x.Contains(word, StringComparison.Ordinal));
            Assert.Contains(shown, x => x.Contains(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Post_FaultsOfReadingAndOfMeaning_AreAllAnsweredWithTheirLines()
    {
        await using var host = await ApiHost.StartRealAsync();
        var (status, body, _) = await host.PostAsync("/config/services", """
            {"name": "web", "addr": ":0",
             "handler": {"type": "tcp"}, "metadta": {},
             "listener": {"type": "tcpp"},
             "forwarder": {"selector": {"failTimeout": 60},
               "nodes": [{"name": "a", "addr": "127.0.0.1:99999"}]}}
            """);

        Assert.Equal(400, status);
        Assert.Equal(
            [("/metadta", 2), ("/forwarder/selector/failTimeout", 4), ("/listener/type", 3), ("/forwarder/nodes/0/addr", 5)],
            body["errors"]!.AsArray().Select(static x => ((string?)x!["pointer"], (int?)x["line"])));
        Assert.Equal(0, (int?)(await host.GetAsync("/config/services")).Body["data"]!["count"]);
    }

    [Theory]
    [InlineData("""{"addr":":0","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwardr":{}}""", "/forwardr")]
    [InlineData("""{"addr":":0","handler":{"type":"nope"},"listener":{"type":"tcp"}}""", "/handler/type")]
    [InlineData("""{"addr":":0","handler":{"type":"http3"},"listener":{"type":"tcp"}}""", "/handler/type")]
    [InlineData("""{"addr":":99999","handler":{"type":"tcp"},"listener":{"type":"tcp"}}""", "/addr")]
    [InlineData("""{"addr":":0","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"selector":{"failTimeout":60},"nodes":[]}}""", "/forwarder/selector/failTimeout")]
    public async Task Put_ThatCannotWork_PointsToTheMemberAndLeavesTheServiceForwarding(string sent, string pointer)
    {
        await using var target = TcpTarget.Echo("a");
        await using var host = await ApiHost.StartRealAsync();
        await host.PostAsync("/config/services", Service("web", target.Address));
        var (status, body, _) = await host.PutAsync("/config/services/web", sent);
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.Contains(body["errors"]!.AsArray(), x => (string?)x!["pointer"] == pointer && (int?)x["line"] == 1);
        using var client = await ConnectAsync(host, "web");
        Assert.Equal("a", await ReceiveAsync(client, 1));
    }

    [Fact]
    public async Task Post_AddressTakenByAnotherProgram_Is40003()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        await using var host = await ApiHost.StartRealAsync();
        var (status, body, _) = await host.PostAsync("/config/services", Service("web", "127.0.0.1:9", taken.LocalEndPoint!.ToString()!));
        Assert.Equal((409, 40003), (status, (int?)body["code"]));
        Assert.Contains("address already in use", (string?)body["msg"]);
        Assert.Equal(404, (await host.GetAsync("/config/services/web")).Status);
    }

    [Fact]
    public async Task Import_WithOneBadService_ChangesNothing()
    {
        await using var host = await ApiHost.StartRealAsync();
        var document = $$"""{"services":[{{Service("a", "127.0.0.1:9")}},{"name":"b","handler":{"type":"tcp"},"listener":{"type":"tcp"},"addr":"nonsense"}]}""";
        var (status, body, _) = await host.PostAsync("/config/import?mode=merge", document);
        Assert.Equal(400, status);
        Assert.Contains(body["errors"]!.AsArray(), static x => ((string?)x!["pointer"])!.StartsWith("/services/1", StringComparison.Ordinal));
        Assert.Empty((await host.GetAsync("/config")).Body["services"]!.AsArray());
    }

    [Fact]
    public async Task Auther_StoredAsObject_AdmitsCallers()
    {
        await using var host = await ApiHost.StartRealAsync(static x => x with { Username = "u", Password = "p", Auther = "team" });
        (string, string) owner = ("Authorization", "Basic " + Convert.ToBase64String("u:p"u8));
        (string, string) member = ("Authorization", "Basic " + Convert.ToBase64String("a:b"u8));
        Assert.Equal(401, (await host.GetAsync("/config", member)).Status);
        Assert.Equal(200, (await host.PostAsync("/config/authers", """{"name":"team","auths":[{"username":"a","password":"b"}]}""", owner)).Status);
        Assert.Equal(200, (await host.GetAsync("/config", member)).Status);
    }

    private static string Service(string name, string target, string addr = "127.0.0.1:0") =>
        new JsonObject
        {
            ["name"] = name,
            ["addr"] = addr,
            ["handler"] = new JsonObject { ["type"] = "tcp" },
            ["listener"] = new JsonObject { ["type"] = "tcp" },
            ["forwarder"] = new JsonObject { ["nodes"] = new JsonArray(new JsonObject { ["name"] = "target-0", ["addr"] = target }) },
        }.ToJsonString();

    private static async Task<int> PortAsync(ApiHost host, string name) =>
        IPEndPoint.Parse((string?)(await host.GetAsync($"/config/services/{name}")).Body["data"]!["status"]!["addr"] ?? "").Port;

    private static async Task<Socket> ConnectAsync(ApiHost host, string name) =>
        await LoopbackClient.ConnectAsync(await PortAsync(host, name), TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(Socket socket, int count) =>
        Encoding.ASCII.GetString(await socket.ReceiveExactlyAsync(count, TestContext.Current.CancellationToken));

    // A cut connection ends or is reset, whichever the client's system reports.
    private static async Task<int> ReceiveEndAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}

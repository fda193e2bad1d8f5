using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Xunit;

namespace Gost.Tests.Api;

public sealed class ObjectEndpointTests
{
    private const string Web = """{"name":"web","addr":":8080","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"nodes":[{"name":"target-0","addr":"127.0.0.1:8000"}]}}""";

    [Fact]
    public async Task Post_WithCurlsFormContentType_StoresAndAnswersRevisionAndETag()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, response) = await host.PostAsync("/config/services", Web);
        Assert.Equal(200, status);
        Assert.Equal("OK", (string?)body["msg"]);
        Assert.Equal(1, (long?)body["data"]!["revision"]);
        Assert.Empty(body["data"]!["warnings"]!.AsArray());
        Assert.Equal("\"1\"", response.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task Post_Yaml_IsReadAsYaml()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, _, _) = await host.PostAsync("/config/services", "name: web\naddr: :8080\nhandler:\n  type: tcp\nlistener:\n  type: tcp\n");
        Assert.Equal(200, status);
        Assert.NotNull(host.Plane.Desired.Find(ConfigKind.Services, "web"));
    }

    [Fact]
    public async Task Get_Service_ShowsHandlerListenerAndStatusInGostsNames()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", """{"name":"web"}""");
        var (status, body, response) = await host.GetAsync("/config/services/web");
        Assert.Equal(200, status);
        Assert.Equal("\"1\"", response.Headers.ETag?.Tag);
        var data = body["data"]!;
        Assert.NotNull(data["handler"]);
        Assert.NotNull(data["listener"]);
        Assert.Equal("ready", (string?)data["status"]!["state"]);
        Assert.Equal(1753340029, (long?)data["status"]!["createTime"]);
        Assert.Equal("service web is ready", (string?)data["status"]!["events"]![0]!["msg"]);
        Assert.Equal(1018, (long?)data["status"]!["stats"]!["inputBytes"]);
        Assert.Equal(0, (long?)data["status"]!["stats"]!["droppedPackets"]);
    }

    [Fact]
    public async Task EveryKind_CanBeStoredListedReadReplacedAndDeleted()
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var kind in ConfigKind.All)
        {
            Assert.Equal(200, (await host.PostAsync($"/config/{kind.Name}", """{"name":"x"}""")).Status);
            Assert.Equal("x", (string?)(await host.GetAsync($"/config/{kind.Name}/x")).Body["data"]!["name"]);
            Assert.Equal(1, (int?)(await host.GetAsync($"/config/{kind.Name}/")).Body["data"]!["count"]);
            Assert.Equal(200, (await host.PutAsync($"/config/{kind.Name}/x", "{}")).Status);
            Assert.Equal(200, (await host.DeleteAsync($"/config/{kind.Name}/x")).Status);
            var (status, body, _) = await host.GetAsync($"/config/{kind.Name}/x");
            Assert.Equal((404, 40004, $"{kind.Noun} x not found"), (status, (int?)body["code"], (string?)body["msg"]));
        }
    }

    [Fact]
    public async Task List_WithOffsetAndLimit_GivesThePageAndTheWholeCount()
    {
        await using var host = await ApiHost.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await host.PostAsync("/config/hops", $$"""{"name":"h{{i}}"}""");
        }

        var (_, body, _) = await host.GetAsync("/config/hops?offset=1&limit=2");
        Assert.Equal(5, (int?)body["data"]!["count"]);
        Assert.Equal(["h1", "h2"], body["data"]!["list"]!.AsArray().Select(static x => (string?)x!["name"]));
        Assert.Equal(400, (await host.GetAsync("/config/hops?limit=-1")).Status);
    }

    [Fact]
    public async Task Post_SameNameTwice_IsConflict()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", Web);
        var (status, body, _) = await host.PostAsync("/config/services", Web);
        Assert.Equal((409, 40002, "service web already exists"), (status, (int?)body["code"], (string?)body["msg"]));
        Assert.Equal((409, "about:blank", "Conflict"), ((int?)body["status"], (string?)body["type"], (string?)body["title"]));
    }

    [Fact]
    public async Task Post_WithoutName_SaysSoInGostsWords()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, _) = await host.PostAsync("/config/services", """{"addr":":8081"}""");
        Assert.Equal((400, 40001, "service name is required"), (status, (int?)body["code"], (string?)body["msg"]));
    }

    [Fact]
    public async Task Put_MalformedBody_Names_LineAndChangesNothing()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", Web);
        var (status, body, _) = await host.PutAsync("/config/services/web", "{\n\"addr\":\":1\",\n\"forwardr\":{}}");
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        var error = body["errors"]![0]!;
        Assert.Equal("/forwardr", (string?)error["pointer"]);
        Assert.Equal(3, (int?)error["line"]);
        Assert.Contains("forwarder", (string?)error["suggestion"]);
        Assert.Single(host.Plane.Requests, static x => !x.DryRun);
    }

    [Fact]
    public async Task Put_NameInBody_IsIgnored()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", Web);
        Assert.Equal(200, (await host.PutAsync("/config/services/web", """{"name":"other","addr":":1"}""")).Status);
        Assert.Null(host.Plane.Desired.Find(ConfigKind.Services, "other"));
    }

    [Fact]
    public async Task Put_UnknownName_IsNotFoundAndCreatesNothing()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, _) = await host.PutAsync("/config/services/nope", "{}");
        Assert.Equal((404, 40004, "service nope not found"), (status, (int?)body["code"], (string?)body["msg"]));
    }

    [Theory]
    [InlineData("\"1\"", 200)]
    [InlineData("\"7\", \"1\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"7\"", 412)]
    [InlineData("W/\"1\"", 412)]
    public async Task Put_IfMatch_ComparesStrongly(string tag, int expected)
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", Web);
        var (status, body, _) = await host.PutAsync("/config/services/web", "{}", ("If-Match", tag));
        Assert.Equal(expected, status);
        Assert.Equal(expected == 412 ? 41200 : null, (int?)body["code"]);
    }

    [Fact]
    public async Task DryRun_AnswersThePlanAndStoresNothing()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, response) = await host.PostAsync("/config/services?dryRun=true", Web);
        Assert.Equal(200, status);
        Assert.True((bool?)body["data"]!["dryRun"]);
        Assert.Equal("services/web", (string?)body["data"]!["plan"]!["added"]![0]);
        Assert.Empty(body["data"]!["plan"]!["restarted"]!.AsArray());
        Assert.Null(response.Headers.ETag);
        Assert.Equal(404, (await host.GetAsync("/config/services/web")).Status);
    }

    [Theory]
    [InlineData("dryrn=true")]
    [InlineData("dryRun=maybe")]
    [InlineData("drain=abc")]
    [InlineData("drain=-5s")]
    [InlineData("drain=9000h")]
    public async Task Change_WithUnusableParameter_IsRefused(string query)
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, _) = await host.PostAsync($"/config/services?{query}", Web);
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.Empty(host.Plane.Requests);
    }

    [Fact]
    public async Task Delete_WithDrain_PassesItOn()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", Web);
        Assert.Equal(200, (await host.DeleteAsync("/config/services/web?drain=30s")).Status);
        Assert.Equal(TimeSpan.FromSeconds(30), host.Plane.Requests[^1].Drain);
    }

    [Fact]
    public async Task NameInPath_IsDecodedAndTrimmed()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", """{"name":"my süd:1@x"}""");
        Assert.Equal(200, (await host.GetAsync("/config/services/my%20s%C3%BCd:1@x")).Status);
        Assert.Equal(200, (await host.GetAsync("/config/services/%20my%20süd%3A1%40x%20")).Status);
    }

    [Theory]
    [InlineData(ChangeRefusal.Invalid, 400, 40001)]
    [InlineData(ChangeRefusal.Exists, 409, 40002)]
    [InlineData(ChangeRefusal.CannotPrepare, 409, 40003)]
    [InlineData(ChangeRefusal.NotFound, 404, 40004)]
    [InlineData(ChangeRefusal.PreconditionFailed, 412, 41200)]
    [InlineData(ChangeRefusal.StoreUnavailable, 503, 50300)]
    [InlineData(ChangeRefusal.DiskFull, 507, 50700)]
    public async Task Refusal_OfTheControlPlane_HasItsStatusAndCode(ChangeRefusal reason, int status, int code)
    {
        await using var host = await ApiHost.StartAsync();
        host.Plane.Answer = new ChangeRefused(reason, "the reason", []);
        var answer = await host.PostAsync("/config/services", Web);
        Assert.Equal((status, code, "the reason"), (answer.Status, (int?)answer.Body["code"], (string?)answer.Body["msg"]));
        Assert.Equal(status == 503, answer.Response.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task GostUi_EnableWithItsOwnMembers_IsAccepted()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, _, _) = await host.SendAsync(
            HttpMethod.Post, "/config/services",
            """{"name":"ui","addr":":9","handler":{"type":"tcp"},"listener":{"type":"tcp"},"_id_":"a","_key_":1,"_type_":"services","status":{"state":"ready"}}""",
            "application/json", ("Authorization", ""), ("Origin", "http://localhost:5173"));
        Assert.Equal(200, status);
    }
}

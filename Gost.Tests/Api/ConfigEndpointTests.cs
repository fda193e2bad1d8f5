using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gost.Tests.Api;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ConfigEndpointTests
{
    private const string Yaml = "services:\n  - name: dns\n    addr: :10053\n    handler:\n      type: udp\n    listener:\n      type: udp\n";

    [Fact]
    public async Task Get_IsTheBareDocumentWithStatusAndTheStoresETag()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", """{"name":"web"}""");
        var (status, body, response) = await host.GetAsync("/config");
        Assert.Equal(200, status);
        Assert.Equal("ready", (string?)body["services"]![0]!["status"]!["state"]);
        Assert.NotNull(body["services"]![0]!["listener"]);
        Assert.Equal("\"1\"", response.Headers.ETag?.Tag);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Get_AsYaml_CanBeImportedAgain()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/import?mode=merge", Yaml);
        var response = await host.Client.GetAsync("/config?format=yaml", TestContext.Current.CancellationToken);
        Assert.Equal("text/x-yaml", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("name: dns", text);
        Assert.Equal(200, (await host.PostAsync("/config/import?mode=replace", text)).Status);
    }

    [Fact]
    public async Task Import_Yaml_GivesRevisionAndWarningsWithLines()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, response) = await host.SendAsync(HttpMethod.Post, "/config/import?mode=merge", Yaml, "application/yaml");
        Assert.Equal(200, status);
        var warning = body["data"]!["warnings"]![0]!;
        Assert.Equal(("/services/0", 2), ((string?)warning["pointer"], (int?)warning["line"]));
        Assert.Equal("\"1\"", response.Headers.ETag?.Tag);
        Assert.False(Assert.IsType<ImportDocument>(host.Plane.Requests[0]).Replace);
    }

    [Theory]
    [InlineData("/config/import")]
    [InlineData("/config/import?mode=both")]
    public async Task Import_WithoutMode_IsRefused(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, _) = await host.PostAsync(path, Yaml);
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.Contains("merge or replace", (string?)body["msg"]);
    }

    [Fact]
    public async Task Convert_TextOrJson_GivesTheBareDocument()
    {
        await using var host = await ApiHost.StartAsync();
        var json = await host.PostAsync("/config/convert", """{"args":["-L","tcp://:8080/192.168.1.1:80"]}""");
        Assert.Equal(200, json.Status);
        Assert.Equal("192.168.1.1:80", (string?)json.Body["services"]![0]!["forwarder"]!["nodes"]![0]!["addr"]);
        var yaml = await host.Client.PostAsync(
            "/config/convert?format=yaml", new StringContent("gost -L \"tcp://:8080/192.168.1.1:80\"", Encoding.UTF8, "text/plain"), TestContext.Current.CancellationToken);
        Assert.StartsWith("services:\n  - name: service-0\n", await yaml.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Empty(host.Plane.Requests);
    }

    [Theory]
    [InlineData("gost -C /etc/passwd")]
    [InlineData("{\"args\":[1]}")]
    [InlineData("{\"args\":[\"-O\",\"yaml\"]}")]
    [InlineData("{\"args\":[],\"x\":1}")]
    [InlineData("{\"args\":")]
    [InlineData("")]
    [InlineData("gost -L 'tcp://")]
    public async Task Convert_WhatCannotBeConverted_IsRefused(string text)
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, _) = await host.PostAsync("/config/convert", text);
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.NotEmpty((string?)body["msg"] ?? "");
    }

    [Fact]
    public async Task Save_WithoutPath_WritesOwnerOnlyFileWithoutStatus()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", """{"name":"web"}""");
        var (status, body, _) = await host.SendAsync(HttpMethod.Post, "/config?format=json", "null", "application/json");
        Assert.Equal((200, "OK"), (status, (string?)body["msg"]));
        var file = Path.Combine(host.ExportFolder, "gost.json");
        var saved = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.Equal("web", (string?)saved["services"]![0]!["name"]);
        Assert.Null(saved["services"]![0]!["status"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(["gost.json"], Directory.GetFiles(host.ExportFolder).Select(static x => Path.GetFileName(x)));
    }

    [Fact]
    public async Task Save_BelowAFolder_TakesTheFormatOfTheExtension()
    {
        await using var host = await ApiHost.StartAsync();
        Assert.Equal(200, (await host.PostAsync("/config?path=a/b.yml", null)).Status);
        Assert.Equal("services: []\n", await File.ReadAllTextAsync(Path.Combine(host.ExportFolder, "a/b.yml"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/tmp/x.yaml")]
    [InlineData("../x.yaml")]
    [InlineData("a/../../x.yaml")]
    [InlineData("a//x.yaml")]
    [InlineData("out/x.yaml")]
    [InlineData("link.yaml")]
    public async Task Save_OutsideTheFolder_IsRefusedAndWritesNothing(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var outside = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(host.ExportFolder)!, "outside"));
        Directory.CreateDirectory(host.ExportFolder);
        Directory.CreateSymbolicLink(Path.Combine(host.ExportFolder, "out"), outside.FullName);
        File.CreateSymbolicLink(Path.Combine(host.ExportFolder, "link.yaml"), Path.Combine(outside.FullName, "not-there.yaml"));
        var (status, body, _) = await host.PostAsync($"/config?path={path}", null);
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.Empty(outside.GetFiles());
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(host.ExportFolder)!, "x.yaml")));
    }

    [Fact]
    public async Task Reload_WithoutSources_AppliesTheStoreAgain()
    {
        await using var host = await ApiHost.StartAsync();
        Assert.Equal(200, (await host.PostAsync("/config/reload", null)).Status);
        Assert.IsType<ReapplyState>(host.Plane.Requests.Single());
    }

    [Fact]
    public async Task Stop_WaitsForRequestsTwoSecondsAtMost()
    {
        await using var host = await ApiHost.StartAsync();
        var options = host.Server.Web!.Services.GetRequiredService<IOptions<HostOptions>>().Value;
        Assert.Equal(TimeSpan.FromSeconds(2), options.ShutdownTimeout);
    }

    [Fact]
    public async Task Starting_ConfigIs503AndLiveIs200()
    {
        await using var host = await ApiHost.StartAsync();
        host.Plane.IsReady = false;
        Assert.Equal(200, (await host.GetAsync("/healthz/live")).Status);
        foreach (var path in new[] { "/healthz/ready", "/config", "/config/services/x" })
        {
            var (status, body, response) = await host.GetAsync(path);
            Assert.Equal((503, 50300), (status, (int?)body["code"]));
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.NotEmpty((string?)body["msg"] ?? "");
        }
    }

    [Theory]
    [InlineData("GET", "/nope", 404, 40004)]
    [InlineData("GET", "/config/nope", 404, 40004)]
    [InlineData("PATCH", "/config/services", 405, 40500)]
    [InlineData("DELETE", "/config", 405, 40500)]
    [InlineData("GET", "/swagger/nope.js", 404, 40004)]
    [InlineData("GET", "/config/services/x/connections", 404, 40004)]
    [InlineData("POST", "/config/quotas/x/reset", 404, 40004)]
    public async Task FrameworksRefusals_HaveTheSameShape(string method, string path, int status, int code)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.SendAsync(new HttpMethod(method), path);
        Assert.Equal((status, code, status), (answer.Status, (int?)answer.Body["code"], (int?)answer.Body["status"]));
        Assert.Equal("application/json", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty((string?)answer.Body["msg"] ?? "");
    }

    [Fact]
    public async Task Body_OverTheLimit_IsReadOnAndRefused()
    {
        await using var host = await ApiHost.StartAsync();
        var (status, body, _) = await host.PostAsync("/config/services", "{\"name\":\"" + new string('x', 5 * 1024 * 1024) + "\"}");
        Assert.Equal((413, 41300, 413), (status, (int?)body["code"], (int?)body["status"]));
        Assert.Equal(200, (await host.PostAsync("/config/services", """{"name":"web"}""")).Status);
    }

    [Fact]
    public async Task Connections_AreListedAndCut()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", """{"name":"web"}""");
        host.Plane.Connections["web"] = [new(7, "tcp", "127.0.0.1:5", "127.0.0.1:8000", DateTimeOffset.FromUnixTimeSeconds(100), 1, 2)];
        var (_, body, _) = await host.GetAsync("/config/services/web/connections");
        Assert.Equal("""{"count":1,"list":[{"id":7,"network":"tcp","client":"127.0.0.1:5","target":"127.0.0.1:8000","since":100,"inputBytes":1,"outputBytes":2}]}""", body["data"]!.ToJsonString());
        Assert.Equal(404, (await host.DeleteAsync("/config/services/web/connections/8")).Status);
        Assert.Equal(200, (await host.DeleteAsync("/config/services/web/connections/7")).Status);
        Assert.Equal(404, (await host.DeleteAsync("/config/services/web/connections/7")).Status);
    }

    [Fact]
    public async Task QuotaReset_OfAKeptQuota_SaysItIsNotEnforced()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/quotas", """{"name":"q","limit":"1GB"}""");
        var (status, body, _) = await host.PostAsync("/config/quotas/q/reset", null);
        Assert.Equal((400, 40001), (status, (int?)body["code"]));
        Assert.Contains("not enforced", (string?)body["msg"]);
    }

    [Fact]
    public async Task Address_ThatIsTaken_RefusesTheStart()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        await Assert.ThrowsAnyAsync<IOException>(() => ApiHost.StartAsync(x => x with { Addr = taken.LocalEndPoint!.ToString()! }));
    }

    [Fact]
    public async Task UnixSocket_IsServedAndClosedToOthers()
    {
        var path = Path.Combine(Path.GetTempPath(), $"gost-{Guid.NewGuid():N}.sock");
        await using (await ApiHost.StartAsync(x => x with { Addr = $"unix://{path}" }))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            using HttpClient client = new(new SocketsHttpHandler
            {
                ConnectCallback = async (_, token) =>
                {
                    Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
            Assert.Contains("services", await client.GetStringAsync("http://any-name/config", TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Detect_Body_ByContentTypeThenFirstByte() => Assert.Equal(ConfigFormat.Json, ConfigReader.Detect("  {\"a\":1}"u8));
}

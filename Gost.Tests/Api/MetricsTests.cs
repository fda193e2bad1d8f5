using System.Text;
using Gost.Api.CommandLine;
using Gost.Api.Metrics;
using Gost.Engine.Config.Model;
using Xunit;

namespace Gost.Tests.Api;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_HaveGostsNamesAndLabels()
    {
        await using var host = await ApiHost.StartAsync();
        await host.PostAsync("/config/services", """{"name":"web"}""");
        var observer = host.Engine.Observer!;
        observer.FlowStarted("web", "10.0.0.1");
        observer.FlowStarted("web", "10.0.0.1");
        observer.FlowEnded("web", "10.0.0.1", TimeSpan.FromMilliseconds(20), 100, 200, failed: true);
        observer.ChainTried("chain-0", "node-0", TimeSpan.FromMilliseconds(20), failed: false);
        observer.ChainTried("chain-0", "node-0", TimeSpan.Zero, failed: true);
        host.Plane.Connections["web"] = [new(7, "tcp", "10.0.0.1:5", "t", DateTimeOffset.UnixEpoch, 11, 22)];
        var text = await host.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var labels = $"host=\"{Environment.MachineName}\"";
        Assert.Contains($"gost_services{{{labels}}} 1", text);
        Assert.Contains("gost_service_requests_total{service=\"web\",client=\"10.0.0.1\"," + labels + "} 2", text);
        Assert.Contains("gost_service_requests_in_flight{service=\"web\",client=\"10.0.0.1\"," + labels + "} 1", text);
        Assert.Contains("gost_service_transfer_input_bytes_total{service=\"web\",client=\"10.0.0.1\"," + labels + "} 111", text);
        Assert.Contains("gost_service_transfer_output_bytes_total{service=\"web\",client=\"10.0.0.1\"," + labels + "} 222", text);
        Assert.Contains("gost_service_handler_errors_total{service=\"web\",client=\"10.0.0.1\"," + labels + "} 1", text);
        Assert.Contains("gost_service_request_duration_seconds_bucket{service=\"web\"," + labels + ",le=\"0.025\"} 1", text);
        Assert.Contains("gost_chain_errors_total{chain=\"chain-0\",node=\"node-0\"," + labels + "} 1", text);
        Assert.Contains("gost_chain_node_connect_duration_seconds_count{chain=\"chain-0\",node=\"node-0\"," + labels + "} 1", text);
        Assert.Contains("process_", text);
    }

    [Fact]
    public async Task Clients_BeyondTheCap_AreCountedAsOther()
    {
        FlowMetrics metrics = new("h", maxClients: 2);
        for (var i = 0; i < 10; i++)
        {
            metrics.FlowStarted("s", $"10.0.0.{i}");
            metrics.FlowEnded("s", $"10.0.0.{i}", TimeSpan.Zero, 1, 1, failed: false);
        }

        using MemoryStream page = new();
        await metrics.WriteAsync(page, new FakeControlPlane(), TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(page.ToArray());
        Assert.Contains("gost_service_requests_total{service=\"s\",client=\"other\",host=\"h\"} 8", text);
        Assert.Equal(3, text.Split('\n').Count(static x => x.StartsWith("gost_service_requests_total{", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task SeparateEndpoint_ServesOnlyMetricsWithItsOwnCredentials()
    {
        await using var host = await ApiHost.StartAsync(settings: static x => x with
        {
            Metrics = new MetricsEndpoint("127.0.0.1:0") { Path = "/m", Username = "u", Password = "p" },
        });
        using HttpClient client = new() { BaseAddress = new Uri(host.Addresses[1]) };
        var token = TestContext.Current.CancellationToken;
        using HttpRequestMessage open = new(HttpMethod.Get, "/m");
        var refused = await client.SendAsync(open, token);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Empty(refused.Headers.WwwAuthenticate);
        Assert.Empty(await refused.Content.ReadAsByteArrayAsync(token));
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("u:p"u8));
        Assert.Contains("gost_services", await client.GetStringAsync("/m", token));
        Assert.Equal(404, (int)(await client.GetAsync("/config", token)).StatusCode);
        using HttpRequestMessage options = new(HttpMethod.Options, "/m");
        var preflight = await client.SendAsync(options, token);
        Assert.Equal(204, (int)preflight.StatusCode);
        Assert.Equal("*", preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal(200, (await host.GetAsync("/metrics")).Status);
    }

    [Fact]
    public void Endpoint_FromConfiguration_DefaultsToGostsPath() => Assert.Equal("/metrics", MetricsEndpoint.From(new MetricsConfig { Addr = ":9000" })!.Path);
}

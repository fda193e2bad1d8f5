using System.Text.Json.Nodes;
using Gost.Engine.Config;
using Gost.Tests.Golden.Broken;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Api;

/// <summary>Every broken body over the wire: refused with a message, nothing changed, traffic goes on.</summary>
public sealed class BrokenDocumentEndpointTests
{
    [Fact]
    public async Task BrokenBodies_AreRefusedAndTheServiceGoesOn()
    {
        await using var target = TcpTarget.Http("ok");
        await using var host = await ApiHost.StartRealAsync();
        var port = Ports.Free();
        var web = $$$"""{"name":"web","addr":"127.0.0.1:{{{port}}}","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"{{{target.Address}}}"}]}}""";
        Assert.Equal(200, (await host.PostAsync("/config/services", web)).Status);
        List<string> failures = [];
        foreach (var broken in BrokenDocuments.All)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, broken.IsDocument ? "/config/import?mode=merge" : "/config/services");
            request.Content = new ByteArrayContent(broken.Bytes);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", broken.Format == ConfigFormat.Json ? "application/json" : "application/yaml");
            using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var message = text.StartsWith('{') ? (string?)JsonNode.Parse(text)!["msg"] : null;
            if ((int)response.StatusCode != broken.Status || string.IsNullOrEmpty(message))
            {
                failures.Add($"{broken}: {(int)response.StatusCode} {text[..Math.Min(text.Length, 200)]}");
            }
        }

        Assert.Empty(failures);
        Assert.Equal("\"1\"", (await host.GetAsync("/config")).Response.Headers.ETag?.Tag);
        using HttpClient client = new();
        Assert.Equal("ok", await client.GetStringAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken));
    }
}

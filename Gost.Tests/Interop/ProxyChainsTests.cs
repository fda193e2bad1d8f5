using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>curl, pushed by proxychains4 through services of ours.</summary>
[BothLanes]
public sealed class ProxyChainsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("socks5", "socks5://127.0.0.1:{port}", "")]
    [InlineData("socks5", "socks5://u:p@127.0.0.1:{port}", " u p")]
    [InlineData("socks4", "socks4://127.0.0.1:{port}", "")]
    [InlineData("http", "http://u:p@127.0.0.1:{port}", " u p")]
    [InlineData("socks5", "auto://127.0.0.1:{port}", "")]
    public async Task Curl_ThroughTheProxy_IsAnswered(string kind, string service, string credentials)
    {
        var proxyChains = Programs.Require("proxychains4");
        Programs.Require("curl");
        using TempFolder folder = new();
        await using OwnPeer proxy = new();
        await using var target = TcpTarget.Http("through the proxy");
        var port = await proxy.StartAsync(service);
        var file = Path.Combine(folder.Path, "proxychains.conf");
        await File.WriteAllTextAsync(file, $"strict_chain\ntcp_connect_time_out 15000\n[ProxyList]\n{kind} 127.0.0.1 {port}{credentials}\n", Token);

        var answer = await ProgramOutput.RunAsync(proxyChains, ["-q", "-f", file, "curl", "-sS", "--noproxy", "*", $"http://{target.Address}/"], Token, folder.Path);

        Assert.Equal(("through the proxy", ""), (answer.Output, answer.Error));
    }
}

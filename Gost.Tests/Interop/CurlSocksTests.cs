using Gost.Tests.Protocols.Socks;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>curl as the client of our SOCKS services.</summary>
[BothLanes]
public sealed class CurlSocksTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("socks4", "socks4", "127.0.0.1", false)]
    [InlineData("socks4a", "socks4a", "localhost", false)]
    [InlineData("socks5", "socks5", "localhost", false)]
    [InlineData("socks5", "socks5-hostname", "localhost", false)]
    [InlineData("socks5", "socks5-hostname", "127.0.0.1", true)]
    public async Task Curl_ThroughOurService_GetsThePage(string handler, string option, string host, bool auth)
    {
        var curl = Programs.Require("curl");
        await using EngineParts parts = new();
        await using var target = TcpTarget.Http("through socks");
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service(handler, auth ? SocksParts.User : null));

        string[] credentials = auth ? ["--proxy-user", "u:p"] : [];
        var result = await ProgramOutput.RunAsync(
            curl, ["-sS", "--max-time", "20", "--noproxy", "", $"--{option}", $"127.0.0.1:{service.Port}", .. credentials, $"http://{host}:{target.Port}/"], Token);

        Assert.Equal(("", "through socks"), (result.Error, result.Output));
    }

    [Fact]
    public async Task Curl_WrongPassword_IsRefused()
    {
        var curl = Programs.Require("curl");
        await using EngineParts parts = new();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", SocksParts.User));

        var result = await ProgramOutput.RunAsync(
            curl, ["-s", "--max-time", "20", "--noproxy", "", "--socks5-hostname", $"127.0.0.1:{service.Port}", "--proxy-user", "u:x", "http://127.0.0.1:9/"], Token);

        // CURLE_PROXY.
        Assert.Equal(97, result.ExitCode);
    }
}

using System.Globalization;
using System.Net.Sockets;
using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>shadowsocks-libev as client of our services and as far end of our chains.</summary>
[BothLanes]
public sealed class ShadowsocksTests
{
    private const int Long = 64 * 1024 * 1024;
    private const string Local = "127.0.0.1";

    public static TheoryData<string> Methods => ["aes-128-gcm", "aes-256-gcm", "chacha20-ietf-poly1305"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task SsLocal_ThroughOurService_LoadsAPage(string method)
    {
        var (program, curl, port) = (Programs.Require("ss-local"), Programs.Require("curl"), Ports.Free());
        await using OwnPeer far = new();
        await using var target = TcpTarget.Http("through shadowsocks");
        var server = await far.StartAsync($"ss://{method}:pass@{Local}:{{port}}");
        await using var client = await ForeignProcess.StartAsync(program, port, Token, [.. Client(server, port, method)]);

        var result = await ProgramOutput.RunAsync(
            curl, ["-sS", "--max-time", "20", "--noproxy", "", "--socks5-hostname", $"{Local}:{port}", $"http://localhost:{target.Port}/"], Token);

        Assert.Equal(("", "through shadowsocks"), (result.Error, result.Output));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task SsTunnel_ThroughOurService_CarriesTcpAndUdp(string method)
    {
        var program = Programs.Require("ss-tunnel");
        await using OwnPeer far = new();
        await using var echo = TcpTarget.Echo();
        await using UdpTarget datagrams = new("t");

        // The classic server: both services at one port.
        var server = await far.StartAsync($"ss://{method}:pass@{Local}:{{port}}");
        await far.StartAsync($"ssu://{method}:pass@{Local}:{server}");
        var port = Ports.Free();
        await using (await ForeignProcess.StartAsync(program, port, Token, [.. Client(server, port, method), "-L", echo.Address]))
        {
            await MatrixRun.EchoesAsync(port);
        }

        port = Ports.Free();
        await using (await ForeignProcess.StartAsync(program, port, Token, [.. Client(server, port, method), "-u", "-L", datagrams.Address]))
        {
            await Eventually.TrueAsync("ss-tunnel's UDP port", TimeSpan.FromSeconds(15), () => SocketTables.IsTaken(port, ProtocolType.Udp), Token);
            await Exchange.DatagramsAsync(port, "t", 1, 512, 1300);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task SsServer_AsFarEnd_CarriesTcpAndUdp(string method)
    {
        var server = Ports.Free();
        await using var far = await StartServerAsync(server, method);
        await using OwnPeer near = new();
        await using var echo = TcpTarget.Echo();
        await using UdpTarget datagrams = new("t");

        await MatrixRun.EchoesAsync(await near.StartAsync($"tcp://{Local}:{{port}}/{echo.Address}", $"ss://{method}:pass@{Local}:{server}"));
        await Eventually.TrueAsync("ss-server's UDP port", TimeSpan.FromSeconds(15), () => SocketTables.IsTaken(server, ProtocolType.Udp), Token);
        await Exchange.DatagramsAsync(
            await near.StartAsync($"udp://{Local}:{{port}}/{datagrams.Address}?keepalive=true", $"ssu://{method}:pass@{Local}:{server}"), "t", 1, 512, 1300);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task LongStreams_ToAndFromSsServer_ArriveWhole(string method)
    {
        var server = Ports.Free();
        await using var far = await StartServerAsync(server, method);
        await using OwnPeer near = new();
        await using Transfer transfer = new(Long);
        var forward = $"ss://{method}:pass@{Local}:{server}";
        await transfer.DownloadAsync(await near.StartAsync($"tcp://{Local}:{{port}}/{transfer.Source}", forward));
        await transfer.UploadAsync(await near.StartAsync($"tcp://{Local}:{{port}}/{transfer.Sink}", forward));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task LongStreams_OfSsTunnel_ArriveWhole(string method)
    {
        var (program, first, second) = (Programs.Require("ss-tunnel"), Ports.Free(), Ports.Free());
        await using OwnPeer far = new();
        await using Transfer transfer = new(Long);
        var server = await far.StartAsync($"ss://{method}:pass@{Local}:{{port}}");
        await using var download = await ForeignProcess.StartAsync(program, first, Token, [.. Client(server, first, method), "-L", transfer.Source]);
        await using var upload = await ForeignProcess.StartAsync(program, second, Token, [.. Client(server, second, method), "-L", transfer.Sink]);
        await transfer.DownloadAsync(first);
        await transfer.UploadAsync(second);
    }

    [Fact]
    public async Task WrongPassword_AtOurService_IsNotAnswered()
    {
        var (program, curl, port) = (Programs.Require("ss-local"), Programs.Require("curl"), Ports.Free());
        await using OwnPeer far = new();
        await using var target = TcpTarget.Http("secret");
        var server = await far.StartAsync($"ss://aes-256-gcm:other@{Local}:{{port}}?readTimeout=1s");
        await using var client = await ForeignProcess.StartAsync(program, port, Token, [.. Client(server, port, "aes-256-gcm")]);

        var result = await ProgramOutput.RunAsync(
            curl, ["-sS", "--max-time", "20", "--noproxy", "", "--socks5-hostname", $"{Local}:{port}", $"http://localhost:{target.Port}/"], Token);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(("", 0), (result.Output, target.Accepted));
    }

    private static Task<ForeignProcess> StartServerAsync(int port, string method) => ForeignProcess.StartAsync(
        Programs.Require("ss-server"), port, Token, "-s", Local, "-p", Text(port), "-k", "pass", "-m", method, "-u", "-t", "60");

    private static IEnumerable<string> Client(int server, int port, string method) =>
        ["-s", Local, "-p", Text(server), "-b", Local, "-l", Text(port), "-k", "pass", "-m", method, "-t", "60"];

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

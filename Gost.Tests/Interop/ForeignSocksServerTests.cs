using System.Globalization;
using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Our socks5 connector with SOCKS servers that others wrote as the far end.</summary>
[BothLanes]
public sealed class ForeignSocksServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "u:p@")]
    [InlineData("-1", "u:p@")]
    public async Task Microsocks_WithPassword_CarriesTcp(string option, string credentials)
    {
        var port = Ports.Free();
        string[] once = option.Length > 0 ? [option] : [];
        await using var server = await ForeignProcess.StartAsync(
            Programs.Require("microsocks"), port, Token, [.. once, "-i", "127.0.0.1", "-p", Text(port), "-u", "u", "-P", "p"]);
        await CarriesTcpAsync($"socks5://{credentials}127.0.0.1:{port}");
    }

    [Fact]
    public async Task Microsocks_WithoutPassword_CarriesTcp()
    {
        var port = Ports.Free();
        await using var server = await ForeignProcess.StartAsync(Programs.Require("microsocks"), port, Token, "-i", "127.0.0.1", "-p", Text(port));
        await CarriesTcpAsync($"socks5://127.0.0.1:{port}");
    }

    [Fact]
    public async Task Dante_AsFarEnd_CarriesTcpBySocks5AndSocks4()
    {
        using TempFolder folder = new();
        var port = Ports.Free();
        await using var server = await StartDanteAsync(folder, port);
        await CarriesTcpAsync($"socks5://127.0.0.1:{port}");

        // Dante does not know SOCKS4a, the form that GOST uses for every target unless told otherwise.
        await CarriesTcpAsync($"socks4://127.0.0.1:{port}?disable4a=true");
    }

    [Fact]
    public async Task Dante_AsFarEnd_CarriesUdpByAssociate()
    {
        using TempFolder folder = new();
        var port = Ports.Free();
        await using var server = await StartDanteAsync(folder, port);
        await using OwnPeer near = new();
        await using UdpTarget target = new("t");
        await Exchange.DatagramsAsync(
            await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true", $"socks5://127.0.0.1:{port}?relay=udp"), "t", 1, 512, 1400);
    }

    private static async Task CarriesTcpAsync(string forward)
    {
        await using OwnPeer near = new();
        await using var echo = TcpTarget.Echo();
        await Exchange.EchoAsync(await near.StartAsync($"tcp://127.0.0.1:{{port}}/{echo.Address}", forward), 256 * 1024);
    }

    private static async Task<ForeignProcess> StartDanteAsync(TempFolder folder, int port)
    {
        var program = Programs.Require("danted");
        var file = Path.Combine(folder.Path, "danted.conf");
        await File.WriteAllTextAsync(
            file,
            $$"""
            logoutput: stderr
            internal: 127.0.0.1 port = {{port}}
            external: 127.0.0.1
            clientmethod: none
            socksmethod: none
            client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
            socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
            """,
            Token);
        return await ForeignProcess.StartAsync(program, port, Token, "-f", file, "-p", Path.Combine(folder.Path, "danted.pid"));
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

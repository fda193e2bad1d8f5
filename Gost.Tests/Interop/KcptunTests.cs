using System.Globalization;
using System.Net.Sockets;
using Gost.Engine.Protocols.Kcp.Crypt;
using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>kcptun, an independent KCP, FEC, snappy and smux, as client of our services and as far end of our chains.</summary>
public sealed class KcptunTests : IDisposable
{
    private const string Local = "127.0.0.1";
    private const int Long = 16 * 1024 * 1024;

    // What both ends are told besides the variant: windows that are no bottleneck.
    private const string Ours = "kcp.key=k&kcp.mode=fast3&kcp.mtu=1350&kcp.sndwnd=1024&kcp.rcvwnd=1024";

    private static readonly string[] Theirs = ["--key", "k", "--mode", "fast3", "--mtu", "1350", "--sndwnd", "1024", "--rcvwnd", "1024"];

    private readonly TempFolder _folder = new();

    /// <summary>Name, kcptun's options, our options, our file of options.</summary>
    public static TheoryData<string, string, string, string> Variants
    {
        get
        {
            TheoryData<string, string, string, string> variants = new()
            {
                { "without FEC", "--datashard 0 --parityshard 0", "", """{"datashard":0,"parityshard":0}""" },
                { "more FEC", "--datashard 20 --parityshard 5", "", """{"datashard":20,"parityshard":5}""" },
                { "without compression", "--nocomp", "kcp.nocomp=true", "" },
                { "smux 2", "--smuxver 2", "kcp.smuxver=2", "" },
                { "nothing of all", "--nocomp --datashard 0 --parityshard 0 --crypt none --smuxver 2", "kcp.nocomp=true&kcp.crypt=none&kcp.smuxver=2", """{"datashard":0}""" },
            };
            foreach (var crypt in PacketKey.Names)
            {
                variants.Add(crypt, $"--crypt {crypt}", $"kcp.crypt={crypt}", "");
            }

            return variants;
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Client_AtOurService_CarriesLongStreams(string variant, string theirs, string ours, string file)
    {
        Assert.NotEmpty(variant);
        var program = Programs.Require("kcptun-client");
        await using OwnPeer far = new();
        await using Transfer transfer = new(Long);
        foreach (var (target, run) in Directions(transfer))
        {
            var server = await far.StartAsync($"tcp+kcp://{Local}:{{port}}/{target}?{Ours}&{Query(ours, file)}");
            var port = Ports.Free();
            await using var client = await ForeignProcess.StartAsync(
                program, port, Token, ["-l", At(port), "-r", At(server), .. Theirs, .. theirs.Split(' ')]);
            await run(port);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Server_AsFarEnd_CarriesLongStreams(string variant, string theirs, string ours, string file)
    {
        Assert.NotEmpty(variant);
        var program = Programs.Require("kcptun-server");
        await using OwnPeer near = new();
        await using Transfer transfer = new(Long);
        foreach (var (target, run) in Directions(transfer))
        {
            var server = Ports.Free();
            await using var far = await ForeignProcess.StartAsync(
                program, server, ProtocolType.Udp, Token, ["-l", At(server), "-t", target, .. Theirs, .. theirs.Split(' ')]);
            await run(await near.StartAsync($"tcp://{Local}:{{port}}/{target}", $"forward+kcp://{At(server)}?{Ours}&{Query(ours, file)}"));
        }
    }

    [Fact]
    public async Task Defaults_OfClient_NeedOurKeyOnly()
    {
        var program = Programs.Require("kcptun-client");
        await using OwnPeer far = new();
        await using Transfer transfer = new(Long);
        var server = await far.StartAsync($"tcp+kcp://{Local}:{{port}}/{transfer.Sink}?kcp.key=it%27s+a+secrect");
        var port = Ports.Free();
        await using var client = await ForeignProcess.StartAsync(program, port, Token, "-l", At(port), "-r", At(server));
        await transfer.UploadAsync(port);
    }

    [Fact]
    public async Task Defaults_OfServer_NeedOurKeyOnly()
    {
        var (program, server) = (Programs.Require("kcptun-server"), Ports.Free());
        await using OwnPeer near = new();
        await using Transfer transfer = new(Long);
        await using var far = await ForeignProcess.StartAsync(program, server, ProtocolType.Udp, Token, "-l", At(server), "-t", transfer.Source);
        await transfer.DownloadAsync(await near.StartAsync($"tcp://{Local}:{{port}}/{transfer.Source}", $"forward+kcp://{At(server)}?kcp.key=it%27s+a+secrect"));
    }

    [Fact]
    public async Task Client_WithAnotherKey_ReachesNobody()
    {
        var program = Programs.Require("kcptun-client");
        await using OwnPeer far = new();
        await using var target = TcpTarget.Echo();
        var server = await far.StartAsync($"tcp+kcp://{Local}:{{port}}/{target.Address}?kcp.key=right");
        var port = Ports.Free();
        await using var client = await ForeignProcess.StartAsync(program, port, Token, "-l", At(port), "-r", At(server), "--key", "wrong");
        using var socket = await LoopbackClient.ConnectAsync(port, Token);
        await socket.SendAsync("hello"u8.ToArray(), Token);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await socket.ReceiveAsync(new byte[1], limit.Token));
        Assert.Equal(0, target.Accepted);
    }

    private static string At(int port) => string.Create(CultureInfo.InvariantCulture, $"{Local}:{port}");

    private static IEnumerable<(string Target, Func<int, Task> Run)> Directions(Transfer transfer) =>
        [(transfer.Source, transfer.DownloadAsync), (transfer.Sink, transfer.UploadAsync)];

    private string Query(string ours, string file) =>
        file.Length == 0 ? ours : $"{ours}&c={Uri.EscapeDataString(_folder.Write("kcp.json", file))}";
}

using System.Net.Sockets;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary>Far ends that are killed and come back.</summary>
[Collection(AloneCollection.Name)]
public sealed class RemoteRestartTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, int> Kinds => new() { { "relay", "rtcp", 100 }, { "relay", "rudp", 10 }, { "socks5", "rtcp", 10 }, { "socks5", "rudp", 10 } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task FarEnd_KilledAgainAndAgain_IsForwardedThroughEachTimeAndLeavesNothingBehind(string protocol, string type, int rounds)
    {
        await using var streams = TcpTarget.Echo();
        await using UdpTarget datagrams = new("t");
        FakeTimeProvider time = new();
        await using var ends = await RemoteEnds.StartAsync(protocol, time: time);
        var isUdp = type == "rudp";
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service(type, $"127.0.0.1:{port}", isUdp ? datagrams.Address : streams.Address));
        (int Descriptors, long Memory) before = default;
        for (var round = 0; round < rounds; round++)
        {
            await Eventually.TrueAsync($"forwarding in round {round}", TimeSpan.FromSeconds(20), () => IsBound(ends, time), Token);
            Assert.True(isUdp ? await AnswersAsync(port) : await LiveEngine.ServesAsync(port));
            if (round == rounds / 5)
            {
                before = await MeasureAsync(ends);
            }

            await ends.StopFarEndAsync();
            await ends.StartFarEndAsync();
        }

        var after = await MeasureAsync(ends);

        Assert.InRange(after.Descriptors, 0, before.Descriptors + 4);
        Assert.InRange(after.Memory, 0, before.Memory + (4 << 20));
    }

    [Fact]
    public async Task FarEndProcess_KilledAndStartedAgain_ForwardsWithinTwoSecondsOfItsReturn()
    {
        using TempFolder folder = new();
        await using var target = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync("relay");
        await ends.StopFarEndAsync();
        string[] arguments = ["-L", $"relay://127.0.0.1:{ends.FarPort}?bind=true"];
        var port = Ports.Free();
        await using (await GostProcess.StartAsync(folder, ends.FarPort, ProtocolType.Tcp, Token, arguments))
        {
            await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", $"127.0.0.1:{port}", target.Address));
            await ends.BoundPortAsync();
            Assert.True(await LiveEngine.ServesAsync(port));
        }

        await Eventually.TrueAsync("failed", TimeSpan.FromSeconds(5), () => ends.Status.State == ServiceState.Failed, Token);
        await using var again = await GostProcess.StartAsync(folder, ends.FarPort, ProtocolType.Tcp, Token, arguments);
        var returned = TimeProvider.System.GetTimestamp();
        await ends.BoundPortAsync();

        Assert.True(await LiveEngine.ServesAsync(port));
        Assert.InRange(TimeProvider.System.GetElapsedTime(returned), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    /// <summary>Whether the service is bound; the clock goes on meanwhile, ten times as fast as the world's.</summary>
    private static bool IsBound(RemoteEnds ends, FakeTimeProvider time)
    {
        if (ends.Status.State == ServiceState.Ready && ends.Far.Control.GetConnections("far")!.Any(static x => x.Target.StartsWith("bind", StringComparison.Ordinal)))
        {
            return true;
        }

        time.Advance(TimeSpan.FromMilliseconds(200));
        return false;
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using Socket peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(System.Net.IPAddress.Loopback, port, Token);
        await peer.SendAsync("x"u8.ToArray(), Token);
        var buffer = new byte[16];
        return await peer.ReceiveAsync(buffer, Token) == 5;
    }

    /// <summary>Open descriptors and live memory once the connections of the round are over.</summary>
    private static async Task<(int Descriptors, long Memory)> MeasureAsync(RemoteEnds ends)
    {
        await Eventually.TrueAsync(
            "no connection",
            TimeSpan.FromSeconds(10),
            () => ends.Near.Control.GetConnections("s")!.All(static x => x.Network == "udp"),
            Token);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (Directory.GetFiles("/proc/self/fd").Length, GC.GetTotalMemory(forceFullCollection: true));
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary><c>rudp</c> through far ends, over real sockets.</summary>
[BothLanes]
public sealed class RemoteUdpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Protocols => ["relay", "socks5"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rudp_ManyPeers_EachHasASessionOfItsOwn(string protocol)
    {
        await using UdpTarget target = new("t");
        await using var ends = await RemoteEnds.StartAsync(protocol);
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{port}", target.Address));
        await ends.BoundPortAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            using var peer = Peer(port);
            var first = await AskAsync(peer, $"{i}a");
            return first + await AskAsync(peer, $"{i}b");
        }));

        Assert.Equal(Enumerable.Range(0, 16).Select(static i => $"t:1:{i}at:1:{i}b"), answers);
        Assert.Equal(16, target.Sources.Count);
        Assert.Equal(16, ends.Near.Control.GetConnections("s")!.Select(static x => x.Client).Distinct().Count());
        Assert.All(ends.Near.Control.GetConnections("s")!, static x => Assert.StartsWith("127.0.0.1:", x.Client));
        Assert.Equal($"bind udp 127.0.0.1:{port}", Assert.Single(ends.Far.Control.GetConnections("far")!).Target);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rudp_Statistics_CountDatagramsAtBothEnds(string protocol)
    {
        await using UdpTarget target = new("t");
        await using var ends = await RemoteEnds.StartAsync(protocol);
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{port}", target.Address));
        await ends.BoundPortAsync();
        using var peer = Peer(port);

        await AskAsync(peer, "hello");

        Assert.Equal((5L, 9L), (ends.Status.Stats.InputBytes, ends.Status.Stats.OutputBytes));
        await Eventually.TrueAsync(
            "counted",
            TimeSpan.FromSeconds(5),
            () => ends.Far.Control.GetStatus("far")!.Stats is { InputBytes: 9, OutputBytes: 5 },
            Token);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Put_OfAnotherTarget_KeepsTunnelAndSessions(string protocol)
    {
        await using UdpTarget first = new("first");
        await using UdpTarget second = new("second");
        await using var ends = await RemoteEnds.StartAsync(protocol);
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{port}", first.Address));
        await ends.BoundPortAsync();
        using var before = Peer(port);
        await AskAsync(before, "a");

        await ends.Near.ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", RemoteEnds.Service("rudp", $"127.0.0.1:{port}", second.Address)));
        using var after = Peer(port);

        Assert.Equal("second:1:b", await AskAsync(after, "b"));
        Assert.Equal("first:1:c", await AskAsync(before, "c"));
        Assert.Equal(port, ends.Near.Port("s"));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Delete_OfTheService_FreesThePortAtTheFarEnd(string protocol)
    {
        await using UdpTarget target = new("t");
        await using var ends = await RemoteEnds.StartAsync(protocol);
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{port}", target.Address));
        await ends.BoundPortAsync();

        await ends.Near.ApplyAsync(new DeleteObject(ConfigKind.Services, "s"));

        await Eventually.TrueAsync("free", TimeSpan.FromSeconds(5), () => !SocketTables.IsTaken(port, ProtocolType.Udp), Token);
        await Eventually.TrueAsync("no flow", TimeSpan.FromSeconds(5), () => ends.Far.Control.GetConnections("far")!.Count == 0, Token);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task FarEnd_ThatComesBack_ForwardsAgain(string protocol)
    {
        await using UdpTarget target = new("t");
        await using var ends = await RemoteEnds.StartAsync(protocol);
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{port}", target.Address));
        await ends.BoundPortAsync();
        await ends.StopFarEndAsync();
        await Eventually.TrueAsync("failed", TimeSpan.FromSeconds(5), () => ends.Status.State == ServiceState.Failed, Token);

        await ends.StartFarEndAsync();
        await ends.BoundPortAsync();
        using var peer = Peer(port);

        Assert.Equal("t:1:x", await AskAsync(peer, "x"));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task FarEnd_ThatDoesNotBind_IsNamedInTheStatus(string protocol)
    {
        await using var ends = await RemoteEnds.StartAsync(protocol, binds: false);
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{Ports.Free()}", "127.0.0.1:1"));

        await Eventually.TrueAsync("failed", TimeSpan.FromSeconds(5), () => ends.Status.State == ServiceState.Failed, Token);

        var error = ends.Status.LastError!;
        Assert.Equal((FlowLayer.Bind, "h", "n"), (error.Layer, error.Hop, error.Node));
        Assert.Contains("add bind=true", error.Message);
    }

    private static Socket Peer(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static async Task<string> AskAsync(Socket peer, string text)
    {
        await peer.SendAsync(Encoding.ASCII.GetBytes(text), Token);
        var buffer = new byte[256];
        return Encoding.ASCII.GetString(buffer, 0, await peer.ReceiveAsync(buffer, Token));
    }
}

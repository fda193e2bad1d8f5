using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary><c>rtcp</c> through far ends, over real sockets.</summary>
[BothLanes]
public sealed class RemoteTcpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Protocols => ["relay", "socks5"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rtcp_ManyConnections_EachGetsItsAnswerAfterItsEnd(string protocol)
    {
        await using TcpTarget target = new(AnswerAfterTheEndAsync);
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", target.Address));
        var port = await ends.BoundPortAsync();

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var sent = new byte[64 * 1024];
            new Random(i).NextBytes(sent);
            using var peer = await RawPeer.ConnectAsync(port);
            await peer.SendAsync(sent);
            peer.End();

            Assert.Equal(sent, await peer.ReadToEndAsync());
        }));

        Assert.Equal(64, target.Accepted);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rtcp_Connection_ShowsItsPeerAndIsCountedAtBothEnds(string protocol)
    {
        await using var target = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", target.Address));
        var port = await ends.BoundPortAsync();
        using var peer = await RawPeer.ConnectAsync(port);
        await peer.SendAsync("hello");
        await peer.ReadTextAsync(5);

        var connection = Assert.Single(ends.Near.Control.GetConnections("s")!);
        Assert.Equal(($"127.0.0.1:{peer.LocalPort}", target.Address), (connection.Client, connection.Target));
        Assert.Equal($"bind tcp 127.0.0.1:{port}", Assert.Single(ends.Far.Control.GetConnections("far")!).Target);
        await Eventually.TrueAsync(
            "counted",
            TimeSpan.FromSeconds(5),
            () => ends.Far.Control.GetStatus("far")!.Stats is { InputBytes: 5, OutputBytes: 5 } && ends.Status.Stats is { InputBytes: 5, OutputBytes: 5 },
            Token);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rtcp_TargetThatSpeaksFirstAndEnds_IsHeardWhole(string protocol)
    {
        await using TcpTarget target = new(static async (socket, ct) =>
        {
            await socket.SendAsync("220 ready"u8.ToArray(), ct);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[16], ct);
        });
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", target.Address));
        using var peer = await RawPeer.ConnectAsync(await ends.BoundPortAsync());

        Assert.Equal("220 ready"u8.ToArray(), await peer.ReadToEndAsync());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rtcp_TargetThatIsAway_ClosesThatConnectionOnly(string protocol)
    {
        using ClosedPort away = new();
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", away.Address));
        var port = await ends.BoundPortAsync();

        using var first = await RawPeer.ConnectAsync(port);
        await first.ClosedAsync();
        using var second = await RawPeer.ConnectAsync(port);
        await second.ClosedAsync();

        Assert.Equal((ServiceState.Ready, 2L), (ends.Status.State, ends.Status.Stats.TotalErrs));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Put_OfAnotherTarget_KeepsTunnelAndConnections(string protocol)
    {
        await using var first = TcpTarget.Echo("1");
        await using var second = TcpTarget.Echo("2");
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", first.Address));
        var port = await ends.BoundPortAsync();
        using var before = await RawPeer.ConnectAsync(port);
        Assert.Equal("1", await before.ReadTextAsync(1));

        await ends.Near.ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", RemoteEnds.Service("rtcp", "127.0.0.1:0", second.Address)));
        using var after = await RawPeer.ConnectAsync(port);
        await before.SendAsync("x");

        Assert.Equal("2", await after.ReadTextAsync(1));
        Assert.Equal("x", await before.ReadTextAsync(1));
        Assert.Equal(port, ends.Near.Port("s"));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Delete_OfTheService_LetsConnectionsLiveAndFreesThePortAfterTheLast(string protocol)
    {
        await using var target = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", target.Address));
        var port = await ends.BoundPortAsync();
        var live = await RawPeer.ConnectAsync(port);
        await live.SendAsync("a");
        await live.ReadTextAsync(1);

        await ends.Near.ApplyAsync(new DeleteObject(ConfigKind.Services, "s"));
        using var refused = await RawPeer.ConnectAsync(port);
        await refused.ClosedAsync();
        await live.SendAsync("b");

        Assert.Equal("b", await live.ReadTextAsync(1));
        live.Dispose();
        await Eventually.TrueAsync("free", TimeSpan.FromSeconds(10), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), Token);
        await Eventually.TrueAsync("no flow", TimeSpan.FromSeconds(5), () => ends.Far.Control.GetConnections("far")!.Count == 0, Token);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Delete_WithDrainZero_FreesThePortSoon(string protocol)
    {
        await using var target = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", target.Address));
        var port = await ends.BoundPortAsync();
        using var live = await RawPeer.ConnectAsync(port);
        await live.SendAsync("a");
        await live.ReadTextAsync(1);

        await ends.Near.ApplyAsync(new DeleteObject(ConfigKind.Services, "s") { Drain = TimeSpan.Zero });

        await live.ClosedAsync();
        await Eventually.TrueAsync("free", TimeSpan.FromSeconds(10), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), Token);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task FarEnd_ThatDoesNotBind_IsNamedInTheStatus(string protocol)
    {
        await using var ends = await RemoteEnds.StartAsync(protocol, binds: false);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", "127.0.0.1:1"));

        await Eventually.TrueAsync("failed", TimeSpan.FromSeconds(5), () => ends.Status.State == ServiceState.Failed, Token);

        var error = ends.Status.LastError!;
        Assert.Equal((FlowLayer.Bind, "h", "n"), (error.Layer, error.Hop, error.Node));
        Assert.Contains("BIND is disabled at the far end: add bind=true", error.Message);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Rtcp_PortThatIsTakenAtTheFarEnd_IsBoundOnceItIsFree(string protocol)
    {
        await using var target = TcpTarget.Echo();
        var taken = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", taken.Address, target.Address));
        await Eventually.TrueAsync("failed", TimeSpan.FromSeconds(5), () => ends.Status.State == ServiceState.Failed, Token);
        Assert.Equal(FlowLayer.Bind, ends.Status.LastError!.Layer);

        await taken.DisposeAsync();
        await ends.BoundPortAsync();

        Assert.True(await LiveEngine.ServesAsync(taken.Port));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Stop_OfAFarEndWithBindsThatOnlyWait_DoesNotWait(string protocol)
    {
        await using var ends = await RemoteEnds.StartAsync(protocol);
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", "127.0.0.1:1"));
        await ends.BoundPortAsync();
        var start = TimeProvider.System.GetTimestamp();

        await ends.Far.Engine.StopAsync(TimeSpan.FromSeconds(30), Token);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static async Task AnswerAfterTheEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        using MemoryStream all = new();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        await socket.SendAsync(all.ToArray(), cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
    }
}

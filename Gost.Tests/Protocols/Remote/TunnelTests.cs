using System.Net;
using System.Net.Sockets;
using Gost.Engine.ControlPlane;
using Gost.Tests.Protocols.Udp;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary>The near end of a tunnel whose far end is the test's own bytes, in the words of relay.</summary>
[BothLanes]
public sealed class TunnelTests : IAsyncDisposable
{
    private static readonly byte[] Greeting = [1, 0, 0, 10, 2, 0, 7, 1, 192, 0, 2, 7, 0xc7, 0x38];

    private readonly FakeTimeProvider _time = new();
    private RemoteEnds? _ends;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RemoteEnds Ends => _ends ?? throw new InvalidOperationException("not started");

    public ValueTask DisposeAsync() => _ends?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Stream_WithABadGreeting_IsClosedAlone()
    {
        await using var target = TcpTarget.Echo("hi");
        using var far = await AcceptAsync("rtcp", target.Address);

        await far.SendAsync(Open(3));
        await far.SendAsync(Data(3, 9, 9, 9, 9));
        Assert.Equal((RawPeer.Frame.End, 3u), await NextAsync(far));
        await far.SendAsync(Open(5));
        await far.SendAsync(Data(5, [1, 4, 0, 0]));
        Assert.Equal((RawPeer.Frame.End, 5u), await NextAsync(far));
        await far.SendAsync(Open(7));
        await far.SendAsync(Data(7, Greeting));
        var answer = await far.ReadFrameAsync();

        Assert.Equal((RawPeer.Frame.Data, 7u, "hi"), (answer.Command, answer.Stream, System.Text.Encoding.ASCII.GetString(answer.Payload)));
        Assert.Equal("192.0.2.7:51000", Assert.Single(Ends.Near.Control.GetConnections("s")!).Client);
        Assert.Equal(ServiceState.Ready, Ends.Status.State);
    }

    [Fact]
    public async Task Stream_ThatDoesNotSayWhoseItIs_IsClosedInTimeAndHoldsNobodyUp()
    {
        await using var target = TcpTarget.Echo("hi");
        using var far = await AcceptAsync("rtcp", target.Address);
        await far.SendAsync(Open(3));
        await far.SendAsync(Data(3, Greeting[..5]));
        await far.SendAsync(Open(5));
        await far.SendAsync(Data(5, Greeting));
        Assert.Equal((RawPeer.Frame.Data, 5u), await NextAsync(far));

        _time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal((RawPeer.Frame.End, 3u), await NextAsync(far));
    }

    [Fact]
    public async Task Session_OfAPeer_EndsWhenItWasIdle()
    {
        await using EchoTarget target = new();
        using var far = await AcceptAsync("rudp", target.EndPoint.ToString());
        byte[] datagram = [0, 1, 0xff, 1, 192, 0, 2, 7, 0x13, 0x88, (byte)'x'];

        await far.SendAsync(datagram);
        Assert.Equal(datagram, await far.ReadAsync(datagram.Length));
        Assert.Equal("192.0.2.7:5000", Assert.Single(Ends.Near.Control.GetConnections("s")!).Client);
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync("idle", TimeSpan.FromSeconds(5), () => Ends.Near.Control.GetConnections("s")!.Count == 0, Token);
        await far.SendAsync(datagram);

        Assert.Equal(datagram, await far.ReadAsync(datagram.Length));
        Assert.Equal(2, Ends.Status.Stats.TotalConns);
    }

    [Fact]
    public async Task Tunnel_ThatCarriesSomethingElse_IsGivenUpAndBoundAnew()
    {
        using var far = await AcceptAsync("rudp", "127.0.0.1:1");

        await far.SendAsync([0, 1, 0xff, 9, 9, 9, 9]);
        await far.ClosedAsync();

        await Eventually.TrueAsync("failed", TimeSpan.FromSeconds(5), () => Ends.Status.State == ServiceState.Failed, Token);
        Assert.Contains("the tunnel broke", Ends.Status.LastError!.Message);
        Assert.Equal("n", Ends.Status.LastError!.Node);
    }

    private static byte[] Open(byte stream) => [1, RawPeer.Frame.Open, 0, 0, stream, 0, 0, 0];

    private static byte[] Data(byte stream, params byte[] payload) => [1, RawPeer.Frame.Data, (byte)payload.Length, 0, stream, 0, 0, 0, .. payload];

    private static async Task<(byte Command, uint Stream)> NextAsync(RawPeer far)
    {
        var frame = await far.ReadFrameAsync();
        return (frame.Command, frame.Stream);
    }

    /// <summary>Starts the service and answers its bind.</summary>
    private async Task<RawPeer> AcceptAsync(string type, string target)
    {
        _ends = await RemoteEnds.StartAsync("relay", time: _time);
        await _ends.StopFarEndAsync();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, _ends.FarPort));
        listener.Listen();
        await _ends.Near.CreateAsync(RemoteEnds.Service(type, "127.0.0.1:8080", target));
        RawPeer far = new(await listener.AcceptAsync(Token));
        await far.ReadAsync(19);
        await far.SendAsync([1, 0, 0, 10, 2, 0, 7, 1, 127, 0, 0, 1, 0x1f, 0x90]);
        await _ends.BoundPortAsync();
        return far;
    }
}

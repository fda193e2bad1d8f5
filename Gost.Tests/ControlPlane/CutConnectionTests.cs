using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>Connections that are cut by name while they are in every state, over real sockets.</summary>
[BothLanes]
public sealed class CutConnectionTests
{
    // Bytes; net.ipv4.tcp_wmem is 4 MiB at most where nobody has changed it.
    private const int LargestSendBuffer = 8 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("relay+tcp")]
    [InlineData("relay+tls")]
    [InlineData("socks5+mws")]
    public async Task Cut_WhileTheTargetTakesNothing_EndsBothSides(string hop)
    {
        RequireSocketTables();
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using var target = new StubbornTarget();
        string[] hops = hop.Length == 0 ? [] : [$"{hop}://127.0.0.1:{await far.StartAsync(hop + "://127.0.0.1:{port}")}"];
        using var client = await LiveEngine.ConnectAsync(await near.StartAsync($"tcp://127.0.0.1:{{port}}/{target.Address}", hops));

        await CutAsync(near, client, target);
    }

    [Fact]
    public async Task Cut_WhileTheServerTakesNoBody_EndsBothSides()
    {
        RequireSocketTables();
        await using OwnPeer proxy = new();
        await using var target = new StubbornTarget();
        using var client = await LiveEngine.ConnectAsync(await proxy.StartAsync("http://127.0.0.1:{port}"));
        await client.SendAsync(Encoding.ASCII.GetBytes($"POST http://{target.Address}/ HTTP/1.1\r\nHost: {target.Address}\r\nContent-Length: 1000000000\r\n\r\n"), Token);

        await CutAsync(proxy, client, target);
    }

    [Theory]
    [InlineData("relay+tcp", false)]
    [InlineData("relay+tls", false)]
    [InlineData("relay+ws", false)]
    [InlineData("relay+wss", false)]
    [InlineData("relay+ssh", true)]
    [InlineData("relay+mws", true)]
    [InlineData("socks5+tcp", false)]
    [InlineData("socks5+mtls", true)]
    public async Task Cut_DatagramsWhoseStreamTakesNothing_EndsThem(string hop, bool connectionIsShared)
    {
        RequireSocketTables();
        await using OwnPeer far = new();
        await using Valve valve = new(await far.StartAsync(hop + "://127.0.0.1:{port}?udp=true"));
        await using UdpTarget target = new("t");
        await using OwnPeer near = new();
        var port = await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true&ttl=1h", $"{hop}://127.0.0.1:{valve.Port}");
        using (UdpClientSocket client = new(port))
        {
            await client.SendAsync("x", Token);
            Assert.Equal("t:1:x", await client.ReceiveAsync(Token));
            await valve.ShutAsync();
            var full = valve.IsFullAsync(Token);
            var text = new string('x', 1400);
            for (var more = LargestSendBuffer / text.Length; more > 0; more -= full.IsCompleted ? 1 : 0)
            {
                await client.SendAsync(text, Token);
                await Task.Yield();
            }

            await full;
        }

        await AssertIsCutAsync(near);
        if (!connectionIsShared)
        {
            await valve.EndsAsync(Token);
        }
    }

    private static void RequireSocketTables() => Assert.SkipUnless(OperatingSystem.IsLinux(), "whether a connection is full is only told on Linux");

    /// <summary>Cuts the one connection when no more of it is taken.</summary>
    private static async Task CutAsync(OwnPeer peer, Socket client, StubbornTarget target)
    {
        var sending = client.SendUntilClosedAsync(Token);
        await target.IsFullAsync(client);
        await AssertIsCutAsync(peer);
        Assert.Equal(SocketError.ConnectionReset, await sending);
        await target.EndsAsync();
    }

    /// <summary>Cuts the one connection of the service, which then is gone; datagrams that still waited may have begun another.</summary>
    private static async Task AssertIsCutAsync(OwnPeer peer)
    {
        var control = peer.Engines[0].Control;
        var id = Assert.Single(control.GetConnections("service-0")!).Id; // started above
        Assert.True(control.CloseConnection("service-0", id));
        await Eventually.TrueAsync("cut", TimeSpan.FromSeconds(30), () => control.GetConnections("service-0")!.All(x => x.Id != id), Token);
    }

    /// <summary>A target that reads only when it is told to.</summary>
    private sealed class StubbornTarget : IAsyncDisposable
    {
        private readonly TaskCompletionSource<(EndPoint? Peer, EndPoint? Here)> _peer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TcpTarget _target;

        public StubbornTarget() => _target = new TcpTarget(async (socket, ct) =>
        {
            _peer.SetResult((socket.RemoteEndPoint, socket.LocalEndPoint));
            await _release.Task.WaitAsync(ct);
            _ = await socket.DrainAsync(ct); // a reset is an end as well
            _ended.SetResult();
        });

        public string Address => _target.Address;

        /// <summary>Nothing moves any more from the client, which has more to send, to the target: both wait for a reader.</summary>
        public async Task IsFullAsync(Socket client)
        {
            var (peer, here) = await _peer.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
            var (local, remote) = (client.LocalEndPoint, client.RemoteEndPoint);
            await Eventually.TrueAsync(
                "full", TimeSpan.FromSeconds(30), () => SocketTables.WaitsForReader(local, remote) && SocketTables.WaitsForReader(peer, here), Token);
        }

        /// <summary>Its connection has ended too.</summary>
        public async Task EndsAsync()
        {
            _release.SetResult();
            await _ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        }

        public ValueTask DisposeAsync() => _target.DisposeAsync();
    }
}

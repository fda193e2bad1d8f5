using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Gost.Engine;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary>Binds for clients that are the test's own bytes, in the words of relay, by a clock that is moved by hand.</summary>
[BothLanes]
public sealed class BindServerTests : IAsyncDisposable
{
    private const byte Tcp = 0x02;
    private const byte Udp = 0x82;

    private static readonly byte[] Refused = [1, 5, 0, 0];

    private readonly FakeTimeProvider _time = new();
    private readonly IGostEngine _engine;

    public BindServerTests() => _engine = GostEngine.Create(new FakeStore(), TestLane.Options(), NullLoggerFactory.Instance, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Bind_WithoutHost_IsEveryAddressOfBothFamilies()
    {
        var far = await StartAsync();
        using var client = await RawPeer.ConnectAsync(far);
        var port = Ports.Free();

        await client.SendAsync([1, Tcp, 0, 12, 4, 0, 2, 0, 0, 2, 0, 4, 3, 0, (byte)(port >> 8), (byte)port]);
        var reply = await client.ReadAsync(26);

        Assert.Equal([1, 0, 0, 22, 2, 0, 19, 4, .. new byte[16], (byte)(port >> 8), (byte)port], reply);
        using var outside = await RawPeer.ConnectAsync(port);
        using Socket sixth = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await sixth.ConnectAsync(IPAddress.IPv6Loopback, port, Token);
    }

    [Fact]
    public async Task Bind_OfALivingBindsAddress_IsRefused()
    {
        var far = await StartAsync();
        using var client = await RawPeer.ConnectAsync(far);
        var port = await BindAsync(client, Tcp, 0);
        using var other = await RawPeer.ConnectAsync(far);

        await AskAsync(other, Tcp, port);

        Assert.Equal(Refused, await other.ReadAsync(4));
        await other.ClosedAsync();
    }

    [Fact]
    public async Task Bind_OfItsOwnSilentBindsAddress_TakesItOver()
    {
        var far = await StartAsync();
        using var silent = await RawPeer.ConnectAsync(far);
        var port = await BindAsync(silent, Tcp, 0);
        using var early = await RawPeer.ConnectAsync(far);
        _time.Advance(TimeSpan.FromSeconds(14));
        await AskAsync(early, Tcp, port);
        Assert.Equal(Refused, await early.ReadAsync(4));

        _time.Advance(TimeSpan.FromSeconds(2));
        using var next = await RawPeer.ConnectAsync(far);
        Assert.Equal(port, await BindAsync(next, Tcp, port));
        await silent.ClosedAsync();
        using var outside = await RawPeer.ConnectAsync(port);

        Assert.Equal((RawPeer.Frame.Open, 3u), await NextAsync(next));
        Assert.Equal((RawPeer.Frame.Data, 3u), await NextAsync(next));
    }

    [Fact]
    public async Task Bind_OfAnotherUsersSilentBindsAddress_IsRefused()
    {
        var far = await StartAsync();
        using var silent = await RawPeer.ConnectAsync(far);
        var port = await BindAsync(silent, Tcp, 0);
        _time.Advance(TimeSpan.FromSeconds(20));
        using var other = await RawPeer.ConnectAsync(far);

        await other.SendAsync([1, Tcp, 0, 22, 4, 0, 2, 0, 0, 1, 0, 4, 1, (byte)'u', 1, (byte)'p', 2, 0, 7, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port]);

        Assert.Equal(Refused, await other.ReadAsync(4));
    }

    [Fact]
    public async Task BindOfUdp_OfItsOwnSilentBindsAddress_TakesItOver()
    {
        var far = await StartAsync();
        using var silent = await RawPeer.ConnectAsync(far);
        var port = await BindAsync(silent, Udp, 0);
        using var early = await RawPeer.ConnectAsync(far);
        await AskAsync(early, Udp, port);
        await early.ClosedAsync();

        _time.Advance(TimeSpan.FromSeconds(31));
        using var next = await RawPeer.ConnectAsync(far);

        Assert.Equal(port, await BindAsync(next, Udp, port));
        await silent.ClosedAsync();
    }

    [Fact]
    public async Task Bind_WhenItsClientLeaves_IsFreeAtOnce()
    {
        var far = await StartAsync();
        var client = await RawPeer.ConnectAsync(far);
        var port = await BindAsync(client, Tcp, 0);
        using var outside = await RawPeer.ConnectAsync(port);
        await outside.SendAsync("x");
        await NextAsync(client);

        client.Dispose();
        await outside.ClosedAsync();

        await Eventually.TrueAsync("free", TimeSpan.FromSeconds(5), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), Token);
        await Eventually.TrueAsync("no flow", TimeSpan.FromSeconds(5), () => _engine.ControlPlane.GetConnections("far")!.Count == 0, Token);
    }

    [Fact]
    public async Task Bind_OfAnAddressThatIsNotThisHosts_IsRefused()
    {
        var far = await StartAsync();
        using var client = await RawPeer.ConnectAsync(far);

        await client.SendAsync([1, Tcp, 0, 15, 4, 0, 2, 0, 0, 2, 0, 7, 1, 192, 0, 2, 1, 0x27, 0x10]);

        Assert.Equal(Refused, await client.ReadAsync(4));
        await client.ClosedAsync();
        await Eventually.TrueAsync(
            "the reason in the status",
            TimeSpan.FromSeconds(5),
            () => _engine.ControlPlane.GetStatus("far")!.LastError?.Message.Contains("cannot assign requested address", StringComparison.Ordinal) == true,
            Token);
    }

    [Fact]
    public async Task Stream_OpenedByTheClient_IsRefused()
    {
        var far = await StartAsync();
        using var client = await RawPeer.ConnectAsync(far);
        await BindAsync(client, Tcp, 0);

        await client.SendAsync([1, 0, 0, 0, 2, 0, 0, 0]);

        Assert.Equal((RawPeer.Frame.End, 2u), await NextAsync(client));
    }

    private static async Task<(byte Command, uint Stream)> NextAsync(RawPeer client)
    {
        var frame = await client.ReadFrameAsync();
        return (frame.Command, frame.Stream);
    }

    private static Task AskAsync(RawPeer client, byte command, int port) =>
        client.SendAsync([1, command, 0, 15, 4, 0, 2, 0, (byte)(command == Udp ? 1 : 0), 2, 0, 7, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port]);

    private static async Task<int> BindAsync(RawPeer client, byte command, int port)
    {
        await AskAsync(client, command, port);
        var reply = await client.ReadAsync(14);
        Assert.Equal([1, 0, 0, 10, 2, 0, 7, 1, 127, 0, 0, 1], reply[..12]);
        return BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(12));
    }

    private async Task<int> StartAsync()
    {
        await _engine.StartAsync(null, Token);
        var result = await _engine.ControlPlane.ApplyAsync(
            new CreateObject(ConfigKind.Services, new ServiceConfig
            {
                Name = "far",
                Addr = "127.0.0.1:0",
                Handler = new HandlerConfig { Type = "relay", Metadata = RoutingFixture.Map(("bind", true)) },
                Listener = new ListenerConfig { Type = "tcp" },
            }),
            Token);
        Assert.True(result is ChangeApplied, result.ToString());
        return IPEndPoint.Parse(_engine.ControlPlane.GetStatus("far")!.Addr).Port;
    }
}

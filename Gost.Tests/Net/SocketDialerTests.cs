using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Net;

[BothLanes]
public sealed class SocketDialerTests : IDisposable
{
    private readonly RoutingFixture _fixture = new(realTime: true);

    public void Dispose() => _fixture.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_IPv4_Reaches()
    {
        await using var target = TcpTarget.Echo();

        await using var stream = await Dialer().ConnectAsync(Tcp("127.0.0.1", target.Port), Token);

        Assert.Equal(target.Port, ((IPEndPoint)stream.RemoteEndPoint!).Port);
        var socket = RawSockets.Of(stream);
        Assert.True(socket.NoDelay);

        // At the latest when somebody waits for bytes.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = stream.ReadAsync(new byte[1], end.Token).AsTask();
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(15, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Connect_IPv6_Reaches()
    {
        Assert.SkipUnless(HasIPv6Loopback(), "this host has no ::1");
        using Socket listener = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen(1);

        await using var stream = await Dialer().ConnectAsync(Tcp("::1", ((IPEndPoint)listener.LocalEndPoint!).Port), Token);

        Assert.Equal(listener.LocalEndPoint, stream.RemoteEndPoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    public async Task Connect_HostWithSeveralAddresses_FindsTheOneThatListens(string host)
    {
        await using var target = TcpTarget.Echo();

        await using var stream = await Dialer().ConnectAsync(Tcp(host, target.Port), Token);

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)stream.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task Connect_Unix_Reaches()
    {
        using TempFolder folder = new();
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder.File("s")));
        listener.Listen(1);

        await using var stream = await Dialer().ConnectAsync(new Target(TargetNetwork.Unix, folder.File("s"), 0), Token);

        using var accepted = await listener.AcceptAsync(Token);
        await stream.WriteAsync("x"u8.ToArray(), Token);
        Assert.Equal(1, await accepted.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task Connect_UnixPathWithoutListener_Fails()
    {
        using TempFolder folder = new();

        var exception = await FailAsync(Dialer(), new Target(TargetNetwork.Unix, folder.File("s"), 0));

        Assert.Equal(FlowLayer.Dial, exception.Layer);
    }

    [Fact]
    public async Task Connect_NameInHosts_GoesThere()
    {
        await using var target = TcpTarget.Echo();
        HostsConfig hosts = new() { Name = "t", Mappings = [new HostMappingConfig { Ip = "127.0.0.1", Hostname = "does-not-exist.invalid" }] };
        _fixture.Engine.Objects.Hosts.Get("t").Exchange(HostTable.Compile(hosts, _fixture.Engine, []));

        await using var stream = await Dialer(hosts: "t").ConnectAsync(Tcp("does-not-exist.invalid", target.Port), Token);

        Assert.NotNull(stream.RemoteEndPoint);
    }

    [Fact]
    public async Task Connect_UnknownName_IsUnresolved()
    {
        var exception = await FailAsync(Dialer(), Tcp("does-not-exist.invalid", 80));

        Assert.Equal((FlowLayer.Resolve, FlowError.Unresolved), (exception.Layer, exception.Error));
    }

    [Fact]
    public async Task Connect_NobodyListens_IsRefused()
    {
        using ClosedPort dead = new();

        var exception = await FailAsync(Dialer(), Tcp("127.0.0.1", dead.Port));

        Assert.Equal((FlowLayer.Dial, FlowError.Refused), (exception.Layer, exception.Error));
        Assert.Equal($"dial tcp 127.0.0.1:{dead.Port}: connection refused", exception.Message);
    }

    [Fact]
    public async Task Connect_PortZero_SaysThatThereIsNoPort()
    {
        var exception = await FailAsync(Dialer(), Tcp("127.0.0.1", 0));

        Assert.Contains("the target has no port", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_SourceAddress_IsUsed()
    {
        await using var target = TcpTarget.Echo();

        await using var stream = await Dialer(("interface", "127.0.0.9")).ConnectAsync(Tcp("127.0.0.1", target.Port), Token);

        Assert.Equal(IPAddress.Parse("127.0.0.9"), ((IPEndPoint)stream.LocalEndPoint!).Address);
    }

    [Fact]
    public async Task Connect_InterfaceName_IsUsed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "device names are those of Linux");
        await using var target = TcpTarget.Echo();

        await using var stream = await Dialer(("interface", "lo")).ConnectAsync(Tcp("127.0.0.1", target.Port), Token);

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)stream.LocalEndPoint!).Address);
    }

    [Fact]
    public async Task Connect_AutoInterface_IsTheAddressTheClientConnectedTo()
    {
        await using var target = TcpTarget.Echo();
        var inbound = RoutingFixture.From("127.0.0.1", new IPEndPoint(IPAddress.Parse("127.0.0.8"), 1));

        await using var stream = await Dialer(("interface", "auto")).For(inbound).ConnectAsync(Tcp("127.0.0.1", target.Port), Token);

        Assert.Equal(IPAddress.Parse("127.0.0.8"), ((IPEndPoint)stream.LocalEndPoint!).Address);
    }

    [Fact]
    public async Task Connect_MissingInterface_TriesTheNextEntry()
    {
        await using var target = TcpTarget.Echo();

        await using var stream = await Dialer(("interface", "nosuch0, 127.0.0.9")).ConnectAsync(Tcp("127.0.0.1", target.Port), Token);

        Assert.Equal(IPAddress.Parse("127.0.0.9"), ((IPEndPoint)stream.LocalEndPoint!).Address);
    }

    [Theory]
    [InlineData("nosuch0")]
    [InlineData("nosuch0!,127.0.0.9")]
    [InlineData("::1")]
    public async Task Connect_InterfaceThatCannotBeUsed_FailsTheDial(string value)
    {
        await using var target = TcpTarget.Echo();

        var exception = await FailAsync(Dialer(("interface", value)), Tcp("127.0.0.1", target.Port));

        Assert.Equal(FlowError.NotPermitted, exception.Error);
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Connect_Mark_IsSetOrFailsTheDial()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "marks are those of Linux");
        await using var target = TcpTarget.Echo();
        try
        {
            await using var stream = await Dialer(("so_mark", 7L)).ConnectAsync(Tcp("127.0.0.1", target.Port), Token);
            var value = new byte[4];
            RawSockets.Of(stream).GetRawSocketOption(1, 36, value);
            Assert.Equal(7, BitConverter.ToInt32(value));
        }
        catch (FlowException exception)
        {
            // Without the capability.
            Assert.Equal(FlowError.NotPermitted, exception.Error);
            Assert.Equal(0, target.Accepted);
        }
    }

    [Fact]
    public async Task Connect_NetworkNamespace_FailsTheDial() =>
        Assert.Equal(FlowError.NotPermitted, (await FailAsync(Dialer(("netns", "blue")), Tcp("127.0.0.1", 9))).Error);

    [Fact]
    public async Task Connect_UdpTarget_CannotTakeAStream() =>
        Assert.Equal(FlowError.Unsupported, (await FailAsync(Dialer(), new Target(TargetNetwork.Udp, "127.0.0.1", 9))).Error);

    [Fact]
    public async Task Connect_CallerLeaves_IsCancelled()
    {
        using CancellationTokenSource caller = new();
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Dialer().ConnectAsync(Tcp("127.0.0.1", 9), caller.Token).AsTask());
    }

    [Fact]
    public void TakeTurns_MixedFamilies_Alternate()
    {
        IPAddress[] addresses = [.. ((string[])["::1", "::2", "::3", "1.1.1.1"]).Select(IPAddress.Parse)];

        Assert.Equal(["::1", "1.1.1.1", "::2", "::3"], Resolver.TakeTurns(addresses).Select(x => x.ToString()));
    }

    private static Target Tcp(string host, int port) => new(TargetNetwork.Tcp, host, port);

    private static async Task<FlowException> FailAsync(SocketDialer dialer, Target target) =>
        await Assert.ThrowsAsync<FlowException>(() => dialer.ConnectAsync(target, Token).AsTask());

    private static bool HasIPv6Loopback()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private SocketDialer Dialer(params (string Key, object? Value)[] metadata) => Dialer("", metadata);

    private SocketDialer Dialer(string hosts, params (string Key, object? Value)[] metadata)
    {
        ServiceConfig service = new() { Name = "s", Hosts = hosts, Metadata = RoutingFixture.Map(metadata) };
        return SocketDialer.ForService(service, new MetadataReader(service.Metadata, "/metadata"), _fixture.Engine);
    }
}

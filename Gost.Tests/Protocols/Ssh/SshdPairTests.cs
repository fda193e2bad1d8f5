using System.Net.Sockets;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Ssh.Keys;
using Gost.Tests.ControlPlane;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Ssh;

/// <summary>Both ends ours, over real sockets.</summary>
[BothLanes]
public sealed class SshdPairTests : IAsyncDisposable
{
    private readonly SshEnds _ends = new();

    public ValueTask DisposeAsync() => _ends.DisposeAsync();

    [Theory]
    [InlineData("sshd", "sshd")]
    [InlineData("relay+ssh", "relay+ssh")]
    [InlineData("socks5+ssh", "socks5+ssh")]
    [InlineData("http+ssh", "http+ssh")]
    public async Task Tcp_IsForwarded_AndTheDirectionsEndOneByOne(string listen, string forward)
    {
        var far = await _ends.Own.StartAsync($"{listen}://user:pass@127.0.0.1:0");
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", $"{forward}://user:pass@127.0.0.1:{far}");

        await SshTraffic.EchoAsync(port, 3_000_000);
        await SshTraffic.EchoAsync(port, 0);
        await SshTraffic.ManyAsync(port, 64);
    }

    [Theory]
    [InlineData("sshd", "")]
    [InlineData("relay+ssh", "?bind=true")]
    public async Task RemotePorts_AreForwarded_AndGivenBack(string protocol, string options)
    {
        var far = await _ends.Own.StartAsync($"{protocol}://user:pass@127.0.0.1:0{options}");
        var port = await _ends.Own.StartAsync($"rtcp://127.0.0.1:0/{_ends.Echo.Address}", $"{protocol}://user:pass@127.0.0.1:{far}");

        await SshTraffic.EchoAsync(port, 3_000_000);
        await SshTraffic.ManyAsync(port, 64);
        await DeleteAsync(_ends.Own.Engines[1]);
        await Eventually.TrueAsync("the port given back", TimeSpan.FromSeconds(10), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), LiveEngine.Token);
    }

    [Fact]
    public async Task HopsOfSsh_LeadThroughEachOther()
    {
        var first = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        var second = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        var third = await _ends.Own.StartAsync("relay+ssh://user:pass@127.0.0.1:0");
        var port = await _ends.Own.StartAsync(
            $"tcp://127.0.0.1:0/{_ends.Echo.Address}", $"sshd://user:pass@127.0.0.1:{first}", $"sshd://user:pass@127.0.0.1:{second}", $"relay+ssh://user:pass@127.0.0.1:{third}");

        await SshTraffic.EchoAsync(port, 1_000_000);
    }

    [Fact]
    public async Task TargetThatRefuses_IsToldInWords_AndTheOtherChannelsLiveOn()
    {
        var far = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/127.0.0.1:{Ports.Free()},{_ends.Echo.Address}?strategy=fifo", $"sshd://user:pass@127.0.0.1:{far}");
        using var open = await LiveEngine.ConnectAsync(port);
        Assert.True(await LiveEngine.EchoesAsync(open));

        Assert.True(await LiveEngine.ServesAsync(port));
        Assert.True(await LiveEngine.EchoesAsync(open));
        var refusal = _ends.Own.Engines[0].Control.GetStatus(Name(_ends.Own.Engines[0]))!.LastError;
        Assert.Contains("refused", refusal?.Message, StringComparison.OrdinalIgnoreCase);
        await Eventually.TrueAsync(
            "the end of the other channels", TimeSpan.FromSeconds(10), () => _ends.Own.Engines[0].Control.GetConnections(Name(_ends.Own.Engines[0]))!.Count == 1, LiveEngine.Token);
    }

    [Fact]
    public async Task WrongPassword_IsTheNodesFault_InWords()
    {
        var far = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", $"sshd://user:wrong@127.0.0.1:{far}");

        Assert.True(await SshTraffic.IsRefusedAsync(port));
        await Eventually.TrueAsync(
            "the refusal in the status", TimeSpan.FromSeconds(10), () => Error(1).Contains("not let in", StringComparison.Ordinal), LiveEngine.Token);
        Assert.DoesNotContain("wrong", Error(1), StringComparison.Ordinal);
        await Eventually.TrueAsync("the refusal at the far end", TimeSpan.FromSeconds(10), () => Error(0) != "", LiveEngine.Token);
    }

    [Fact]
    public async Task Datagrams_AreRefusedInWords()
    {
        var far = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        await _ends.Own.StartAsync("udp://127.0.0.1:0/127.0.0.1:9", $"sshd://user:pass@127.0.0.1:{far}");
        using UdpClientSocket client = new(_ends.Own.Engines[1].Port(Name(_ends.Own.Engines[1])));
        await client.SendAsync("x", LiveEngine.Token);

        await Eventually.TrueAsync(
            "the refusal in the status", TimeSpan.FromSeconds(10), () => Error(1).Contains("SSH forwards TCP only", StringComparison.Ordinal), LiveEngine.Token);
    }

    [Fact]
    public async Task KeyThatIsLimited_ReachesWhatItMay()
    {
        var key = _ends.Folder.Write("id", SshPrivateKey.GenerateText("ssh-ed25519"));
        using var parsed = SshPrivateKey.Parse(await File.ReadAllTextAsync(key, LiveEngine.Token));
        var authorized = _ends.Folder.Write("authorized", $"permitopen=\"{_ends.Echo.Address}\",no-port-forwarding,port-forwarding {parsed.PublicKey}\n");
        var far = await _ends.Own.StartAsync($"sshd://127.0.0.1:0?authorizedKeys={authorized}");
        var node = $"sshd://me@127.0.0.1:{far}?privateKeyFile={key}";
        Assert.True(await LiveEngine.ServesAsync(await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", node)));

        await using var other = TcpTarget.Echo();
        Assert.True(await SshTraffic.IsRefusedAsync(await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{other.Address}", node)));
        Assert.Contains("may not reach", Error(2), StringComparison.Ordinal);

        File.WriteAllText(authorized, "");
        Assert.True(await SshTraffic.IsRefusedAsync(await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", node)));
    }

    [Fact]
    public async Task UnixSocket_IsReachedByThoseWhoProvedWhoTheyAre()
    {
        var path = _ends.Folder.File("s");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var open = await _ends.Own.StartAsync("sshd://127.0.0.1:0");
        var closed = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        var refused = await UnixAsync(path, $"sshd://127.0.0.1:{open}");
        Assert.True(await SshTraffic.IsRefusedAsync(refused));

        using var client = await LiveEngine.ConnectAsync(await UnixAsync(path, $"sshd://user:pass@127.0.0.1:{closed}"));
        using var accepted = await listener.AcceptAsync(LiveEngine.Token);
        await client.SendAsync("hello"u8.ToArray(), LiveEngine.Token);
        Assert.Equal("hello", await LoopbackClient.ReceiveTextAsync(accepted, 5, LiveEngine.Token));
    }

    [Fact]
    public async Task ServiceThatIsChanged_KeepsItsConnections_AndOneThatIsDeletedLetsThemEnd()
    {
        var far = await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0");
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", $"sshd://user:pass@127.0.0.1:{far}");
        using var open = await LiveEngine.ConnectAsync(port);
        Assert.True(await LiveEngine.EchoesAsync(open));
        var server = _ends.Own.Engines[0];
        var service = server.Control.Export().Services[0];
        await server.ApplyAsync(new ReplaceObject(Gost.Engine.Config.ConfigKind.Services, service.Name, service with
        {
            Listener = service.Listener! with { Auth = new AuthConfig { Username = "user", Password = "another" } },
        }));
        Assert.True(await LiveEngine.EchoesAsync(open));
        Assert.True(await LiveEngine.ServesAsync(port));

        await DeleteAsync(server);
        Assert.True(await LiveEngine.EchoesAsync(open));
    }

    private static string Name(LiveEngine engine) => engine.Control.Export().Services[0].Name;

    private static Task<ChangeApplied> DeleteAsync(LiveEngine engine) => engine.ApplyAsync(new DeleteObject(Gost.Engine.Config.ConfigKind.Services, Name(engine)));

    private string Error(int engine) => _ends.Own.Engines[engine].Control.GetStatus(Name(_ends.Own.Engines[engine]))?.LastError?.Message ?? "";

    private async Task<int> UnixAsync(string path, string node)
    {
        await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", node);
        var engine = _ends.Own.Engines[^1];
        await engine.CreateAsync(LiveEngine.Service("unix", "127.0.0.1:0") with
        {
            Handler = new HandlerConfig { Type = "tcp", Chain = engine.Control.Export().Chains[0].Name },
            Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "u", Addr = path, Network = "unix" }] },
        });
        return engine.Port("unix");
    }
}

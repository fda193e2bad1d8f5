using System.Net.Sockets;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Our chains with stock sshd as the node: TCP to targets behind it, rtcp to ports at it.</summary>
[BothLanes]
public sealed class SshThroughOpenSshTests : IAsyncDisposable
{
    private readonly SshEnds _ends = new();

    public ValueTask DisposeAsync() => _ends.DisposeAsync();

    [Theory]
    [InlineData("ed25519", "")]
    [InlineData("ecdsa", "")]
    [InlineData("rsa", "")]
    [InlineData("ed25519", "hush hush")]
    public async Task EachKindOfKey_LogsIn_AndTheDirectionsEndOneByOne(string kind, string passphrase)
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", kind, passphrase);
        await using var server = await OpenSshServer.StartAsync(_ends.Folder, [key + ".pub"]);
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", Node(server, key, passphrase));

        await SshTraffic.EchoAsync(port, 100_000);
        await SshTraffic.EchoAsync(port, 1);
    }

    [Fact]
    public async Task Password_LogsIn_AndAWrongOneDoesNot()
    {
        await using var server = await OpenSshServer.StartWithPasswordAsync(_ends.Folder, "secret");
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", $"sshd://{OpenSshServer.User}:secret@127.0.0.1:{server.Port}");
        var refused = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", $"sshd://{OpenSshServer.User}:wrong@127.0.0.1:{server.Port}");

        await SshTraffic.EchoAsync(port, 100_000);
        Assert.True(await SshTraffic.IsRefusedAsync(refused));
    }

    [Fact]
    public async Task ManyChannelsAtOnce_ALongTransferAcrossNewKeys_AndARefusedTarget_ShareOneConnection()
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", "ed25519");
        await using var server = await OpenSshServer.StartAsync(_ends.Folder, [key + ".pub"], "RekeyLimit 16M");
        var node = Node(server, key);
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", node);
        using var before = await LiveEngine.ConnectAsync(port);
        Assert.True(await LiveEngine.EchoesAsync(before));
        await _ends.Own.Engines[0].CreateAsync(LiveEngine.Service("nowhere", "127.0.0.1:0", $"127.0.0.1:{Ports.Free()}") with
        {
            Handler = new HandlerConfig { Type = "tcp", Chain = ChainOf(_ends.Own.Engines[0]) },
        });

        Assert.True(await SshTraffic.IsRefusedAsync(_ends.Own.Engines[0].Port("nowhere")));
        await Eventually.TrueAsync("the refusal in the status", TimeSpan.FromSeconds(10), () => Error("nowhere").Contains("refused", StringComparison.OrdinalIgnoreCase), LiveEngine.Token);
        await SshTraffic.ManyAsync(port, 64);
        await SshTraffic.EchoAsync(port, SshTraffic.LongTransfer);

        Assert.True(await LiveEngine.EchoesAsync(before));
    }

    [Fact]
    public async Task ServerThatComesBack_IsDialledAgain_AndOneWithAnotherKeyIsRefused()
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", "ed25519");
        await using var server = await OpenSshServer.StartAsync(_ends.Folder, [key + ".pub"]);
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", Node(server, key));
        Assert.True(await LiveEngine.ServesAsync(port));

        await server.StopAsync();
        await server.ResumeAsync();
        await Eventually.TrueAsync("forwarding over a new connection", TimeSpan.FromSeconds(20), () => LiveEngine.ServesAsync(port), LiveEngine.Token);

        await server.StopAsync();
        File.Delete(_ends.Folder.File("host_key"));
        File.Delete(_ends.Folder.File("host_key.pub"));
        await OpenSshServer.MakeKeyAsync(_ends.Folder, "host_key", "ed25519");
        await server.ResumeAsync();
        Assert.True(await SshTraffic.IsRefusedAsync(port));
        var name = _ends.Own.Engines[0].Control.Export().Services[0].Name;
        await Eventually.TrueAsync("the refusal in the status", TimeSpan.FromSeconds(10), () => Error(name).Contains("CHANGED", StringComparison.Ordinal), LiveEngine.Token);
        Assert.Equal(2, Error(name).Split("SHA256:").Length - 1);

        Assert.True(await _ends.Own.Engines[0].Engine.HostKeys.ForgetAsync($"127.0.0.1:{server.Port}", LiveEngine.Token));
        await Eventually.TrueAsync("forwarding after the old key was forgotten", TimeSpan.FromSeconds(20), () => LiveEngine.ServesAsync(port), LiveEngine.Token);
    }

    [Fact]
    public async Task RemotePort_IsForwarded_AndBoundAgainWhenTheServerComesBack()
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", "ed25519");
        await using var server = await OpenSshServer.StartAsync(_ends.Folder, [key + ".pub"]);
        var port = Ports.Free();
        await _ends.Own.StartAsync($"rtcp://127.0.0.1:{port}/{_ends.Echo.Address}", Node(server, key));

        await SshTraffic.EchoAsync(port, 100_000);
        await SshTraffic.ManyAsync(port, 64);
        await server.StopAsync();
        Assert.False(SocketTables.IsTaken(port, ProtocolType.Tcp));
        await server.ResumeAsync();
        await Eventually.TrueAsync("the port bound again", TimeSpan.FromSeconds(20), () => SocketTables.IsTaken(port, ProtocolType.Tcp), LiveEngine.Token);

        await SshTraffic.EchoAsync(port, 1_000_000);
    }

    [Fact]
    public async Task RemotePortZero_IsTheOneThatTheServerTook()
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", "ed25519");
        await using var server = await OpenSshServer.StartAsync(_ends.Folder, [key + ".pub"]);
        var port = await _ends.Own.StartAsync($"rtcp://127.0.0.1:0/{_ends.Echo.Address}", Node(server, key));

        await SshTraffic.EchoAsync(port, 100_000);
        var name = _ends.Own.Engines[0].Control.Export().Services[0].Name;
        await _ends.Own.Engines[0].ApplyAsync(new DeleteObject(Gost.Engine.Config.ConfigKind.Services, name));
        await Eventually.TrueAsync("the port given back", TimeSpan.FromSeconds(10), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), LiveEngine.Token);
    }

    [Fact]
    public async Task UnixSocketBehindTheServer_IsReached()
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", "ed25519");
        await using var server = await OpenSshServer.StartAsync(_ends.Folder, [key + ".pub"]);
        var port = await _ends.Own.StartAsync($"tcp://127.0.0.1:0/{_ends.Echo.Address}", Node(server, key));
        Assert.True(await LiveEngine.ServesAsync(port));
        var path = _ends.Folder.File("echo.sock");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var engine = _ends.Own.Engines[0];
        await engine.CreateAsync(LiveEngine.Service("unix", "127.0.0.1:0") with
        {
            Handler = new HandlerConfig { Type = "tcp", Chain = ChainOf(engine) },
            Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "u", Addr = path, Network = "unix" }] },
        });
        using var client = await LiveEngine.ConnectAsync(engine.Port("unix"));
        await client.SendAsync("hello"u8.ToArray(), LiveEngine.Token);
        using var accepted = await listener.AcceptAsync(LiveEngine.Token);
        Assert.Equal("hello", await LoopbackClient.ReceiveTextAsync(accepted, 5, LiveEngine.Token));
    }

    private static string Node(OpenSshServer server, string key, string passphrase = "") =>
        $"sshd://{OpenSshServer.User}@127.0.0.1:{server.Port}?privateKeyFile={key}" + (passphrase.Length > 0 ? $"&passphrase={Uri.EscapeDataString(passphrase)}" : "");

    private static string ChainOf(LiveEngine engine) => engine.Control.Export().Chains[0].Name;

    private string Error(string service) => _ends.Own.Engines[0].Control.GetStatus(service)?.LastError?.Message ?? "";
}

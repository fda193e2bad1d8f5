using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Renci.SshNet;
using Renci.SshNet.Common;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>SSH.NET, which shares no code with OpenSSH, as the client of our sshd service.</summary>
[BothLanes]
public sealed class SshNetClientTests : IAsyncDisposable
{
    private readonly SshEnds _ends = new();

    public ValueTask DisposeAsync() => _ends.DisposeAsync();

    [Fact]
    public async Task LocalRemoteAndDynamicForwards_WithAPassword()
    {
        using SshClient client = new("127.0.0.1", await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0"), "user", "pass");
        await client.ConnectAsync(LiveEngine.Token);
        var ports = Ports.Free(3);
        using ForwardedPortLocal local = new("127.0.0.1", (uint)ports, "127.0.0.1", (uint)_ends.Echo.Port);
        using ForwardedPortRemote remote = new("127.0.0.1", (uint)ports + 1, "127.0.0.1", (uint)_ends.Echo.Port);
        using ForwardedPortDynamic dynamic = new("127.0.0.1", (uint)ports + 2);
        await using var web = TcpTarget.Http("over socks");
        foreach (var port in (ForwardedPort[])[local, remote, dynamic])
        {
            client.AddForwardedPort(port);
            port.Start();
        }

        // It closes a channel when either end of it has ended.
        await SshTraffic.EchoWithoutEndAsync(ports, 300_000);
        await SshTraffic.EchoWithoutEndAsync(ports + 1, 300_000);

        // Of two connections that wait for it at once it serves the first only after the second has ended.
        await SshTraffic.ManyAsync(ports, 16, oneByOne: true);
        var curl = await ProgramOutput.RunAsync(
            Programs.Require("curl"), ["-sS", "-m", "30", "--proxy", $"socks5h://127.0.0.1:{ports + 2}", $"http://localhost:{web.Port}/"], LiveEngine.Token);
        Assert.Equal("over socks", curl.Output);

        remote.Stop();
        await Eventually.TrueAsync(
            "the port given back", TimeSpan.FromSeconds(10), () => !SocketTables.IsTaken(ports + 1, System.Net.Sockets.ProtocolType.Tcp), LiveEngine.Token);
        client.Disconnect();
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public async Task EachKindOfKey_LogsIn_AndAStrangeOneDoesNot(string kind)
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", kind);
        var stranger = await OpenSshServer.MakeKeyAsync(_ends.Folder, "stranger", kind);
        var port = await _ends.Own.StartAsync($"sshd://127.0.0.1:0?authorizedKeys={key}.pub");
        using (PrivateKeyFile file = new(key))
        using (SshClient client = new("127.0.0.1", port, "anyone", file))
        {
            await client.ConnectAsync(LiveEngine.Token);
            Assert.True(client.IsConnected);
            client.Disconnect();
        }

        using PrivateKeyFile other = new(stranger);
        using SshClient refused = new("127.0.0.1", port, "anyone", other);
        await Assert.ThrowsAsync<SshAuthenticationException>(() => refused.ConnectAsync(LiveEngine.Token));
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Stock ssh as the client of our sshd service: -L, -R, -D, -W, passwords and keys.</summary>
[BothLanes]
public sealed partial class SshOpenSshClientTests : IAsyncDisposable
{
    private readonly SshEnds _ends = new();

    public ValueTask DisposeAsync() => _ends.DisposeAsync();

    [Fact]
    public async Task LocalRemoteAndDynamicForwards_WithAPassword()
    {
        var client = new OpenSshClient(_ends.Folder, await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0"));
        var ports = Ports.Free(3);
        await using var ssh = await client.StartAsync(
            ports, "-L", $"{ports}:{_ends.Echo.Address}", "-R", $"{ports + 1}:{_ends.Echo.Address}", "-D", $"{ports + 2}", "-R", $"0:{_ends.Echo.Address}");
        await Eventually.TrueAsync("the remote ports", TimeSpan.FromSeconds(20), () => SocketTables.IsTaken(ports + 1, ProtocolType.Tcp) && Allocated().IsMatch(ssh.Log), LiveEngine.Token);
        var chosen = int.Parse(Allocated().Match(ssh.Log).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

        await SshTraffic.EchoAsync(ports, 100_000);
        await SshTraffic.EchoAsync(ports + 1, 100_000);
        await SshTraffic.EchoAsync(chosen, 100_000);
        await SshTraffic.ManyAsync(ports, 64);
        await SshTraffic.ManyAsync(ports + 1, 64);
        await using var web = TcpTarget.Http("over socks");
        var curl = await ProgramOutput.RunAsync(
            Programs.Require("curl"), ["-sS", "-m", "30", "--proxy", $"socks5h://127.0.0.1:{ports + 2}", $"http://localhost:{web.Port}/"], LiveEngine.Token);
        Assert.Equal("over socks", curl.Output);

        var listed = _ends.Own.Engines[0].Control.GetConnections(_ends.Own.Engines[0].Control.Export().Services[0].Name)!;
        Assert.Contains(listed, x => x.Target == $"bind tcp 127.0.0.1:{ports + 1}" && x.InputBytes >= 100_000);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public async Task EachKindOfKey_OpensStdio_AndKeysMayBeLimited(string kind)
    {
        var key = await OpenSshServer.MakeKeyAsync(_ends.Folder, "id", kind);
        var authorized = _ends.Folder.Write("authorized", $"permitopen=\"{_ends.Echo.Address}\",permitlisten=\"7\" {await File.ReadAllTextAsync(key + ".pub", LiveEngine.Token)}");
        await using var other = TcpTarget.Echo();
        var client = new OpenSshClient(_ends.Folder, await _ends.Own.StartAsync($"sshd://127.0.0.1:0?authorizedKeys={authorized}"));

        var answered = await client.RunAsync("hello", "-i", key, "-W", _ends.Echo.Address);
        Assert.Equal((0, "hello"), (answered.ExitCode, answered.Output));
        var refused = await client.RunAsync("", "-i", key, "-W", other.Address);
        Assert.Contains("administratively prohibited", refused.Error, StringComparison.Ordinal);
        var bind = await client.RunAsync("", "-i", key, "-N", "-R", $"{Ports.Free()}:{_ends.Echo.Address}");
        Assert.Contains("remote port forwarding failed", bind.Error, StringComparison.Ordinal);

        var stranger = await OpenSshServer.MakeKeyAsync(_ends.Folder, "stranger", kind);
        Assert.Contains("Permission denied", (await client.RunAsync("", "-i", stranger, "-W", _ends.Echo.Address)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LongTransfers_AcrossNewKeys_ArriveWhole()
    {
        var client = new OpenSshClient(_ends.Folder, await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0"));
        var ports = Ports.Free(2);
        await using var ssh = await client.StartAsync(ports, "-o", "RekeyLimit=16M", "-L", $"{ports}:{_ends.Echo.Address}", "-R", $"{ports + 1}:{_ends.Echo.Address}");
        await Eventually.TrueAsync("the remote port", TimeSpan.FromSeconds(20), () => SocketTables.IsTaken(ports + 1, ProtocolType.Tcp), LiveEngine.Token);

        await SshTraffic.EchoAsync(ports, SshTraffic.LongTransfer);
        await SshTraffic.EchoAsync(ports + 1, SshTraffic.LongTransfer);
    }

    [Fact]
    public async Task WhatCannotBe_IsRefusedInWords_AndTheConnectionLivesOn()
    {
        var client = new OpenSshClient(_ends.Folder, await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0"));
        Assert.Contains("Connection refused", (await client.RunAsync("", "-W", $"127.0.0.1:{Ports.Free()}")).Error, StringComparison.Ordinal);
        Assert.Contains("only", (await client.RunAsync("", "-T")).Error, StringComparison.Ordinal);
        Assert.Contains("remote port forwarding failed", (await client.RunAsync("", "-N", "-R", $"{_ends.Echo.Port}:{_ends.Echo.Address}")).Error, StringComparison.Ordinal);

        using TempFolder folder = new();
        OpenSshClient wrong = new(folder, _ends.Own.Engines[0].Port(_ends.Own.Engines[0].Control.Export().Services[0].Name), password: "wrong");
        Assert.Contains("Permission denied", (await wrong.RunAsync("", "-W", _ends.Echo.Address)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelledRemoteForward_FreesItsPort_AndItsConnectionsLiveOn()
    {
        var client = new OpenSshClient(_ends.Folder, await _ends.Own.StartAsync("sshd://user:pass@127.0.0.1:0"));
        var port = Ports.Free();
        var control = _ends.Folder.File("ctl");
        await using var ssh = await client.StartAsync(port, "-M", "-S", control, "-R", $"{port}:{_ends.Echo.Address}");
        using var open = await LiveEngine.ConnectAsync(port);
        Assert.True(await LiveEngine.EchoesAsync(open));

        var cancelled = await client.RunAsync("", "-S", control, "-O", "cancel", "-R", $"{port}:{_ends.Echo.Address}");
        Assert.True(cancelled.ExitCode == 0, cancelled.Error);
        await Eventually.TrueAsync("the port given back", TimeSpan.FromSeconds(10), () => !SocketTables.IsTaken(port, ProtocolType.Tcp), LiveEngine.Token);
        Assert.True(await LiveEngine.EchoesAsync(open));

        var again = await client.RunAsync("", "-S", control, "-O", "forward", "-R", $"{port}:{_ends.Echo.Address}");
        Assert.True(again.ExitCode == 0, again.Error);
        await SshTraffic.EchoAsync(port, 1000);
    }

    [GeneratedRegex("Allocated port ([0-9]+) ")]
    private static partial Regex Allocated();
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Ssh;
using Gost.Ssh.Channels;
using Gost.Ssh.Keys;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh;

/// <summary>Our client with the server of OpenSSH: logins by key, channels and listeners.</summary>
public sealed class OpenSshServerTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<SshPrivateKey> _keys = [];
    private readonly int _port = Ports.Free();
    private ForeignProcess? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var (sshd, keygen) = (Programs.Require("sshd"), Programs.Require("ssh-keygen"));
        Assert.SkipUnless(Environment.UserName == "root", "sshd logs other users in only as root");
        Directory.CreateDirectory("/run/sshd");
        List<string> authorized = [];
        foreach (var (kind, bits) in new[] { ("ed25519", "256"), ("ecdsa", "256"), ("rsa", "2048") })
        {
            var file = _folder.File(kind);
            Assert.Equal(0, (await ProgramOutput.RunAsync(keygen, ["-q", "-t", kind, "-b", bits, "-N", "", "-f", file], Token)).ExitCode);
            _keys.Add(SshPrivateKey.Parse(await File.ReadAllTextAsync(file, Token)));
            authorized.Add(await File.ReadAllTextAsync(file + ".pub", Token));
        }

        var config = _folder.Write("config", $"""
            HostKey {_folder.File("ed25519")}
            PidFile {_folder.File("pid")}
            ListenAddress 127.0.0.1
            UsePAM no
            StrictModes no
            PermitRootLogin yes
            PasswordAuthentication yes
            MaxStartups 100
            AuthorizedKeysFile {_folder.Write("authorized_keys", string.Concat(authorized))}
            """);
        _server = await ForeignProcess.StartAsync(sshd, _port, Token, "-D", "-e", "-p", $"{_port}", "-f", config);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _keys.ForEach(static x => x.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public async Task KeysOfEachKind_LogIn()
    {
        foreach (var key in _keys)
        {
            await using var connection = await ConnectAsync(new SshClientOptions { UserName = "root", PrivateKeys = [key] });
            Assert.StartsWith("SSH-2.0-OpenSSH", connection.PeerIdentification, StringComparison.Ordinal);

            // A request it does not know is refused, and the connection lives on.
            Assert.Null(await connection.RequestAsync("keepalive@example.com", default, Token));
        }
    }

    [Fact]
    public async Task WrongCredentials_NameWhatTheServerTakes()
    {
        using var stranger = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        var error = await Assert.ThrowsAsync<SshException>(
            () => ConnectAsync(new SshClientOptions { UserName = "root", Password = "wrong", PrivateKeys = [stranger] }));

        Assert.Equal(SshFailure.Authentication, error.Failure);
        Assert.StartsWith(
            $"the SSH server does not let the user \"root\" in: it refused the key {stranger.PublicKey.Fingerprint} and the password", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("it takes publickey,password", error.Message.Replace(", ", ",", StringComparison.Ordinal), StringComparison.Ordinal);

        var strangers = Enumerable.Range(0, 8).Select(_ => SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519)).ToArray();
        error = await Assert.ThrowsAsync<SshException>(() => ConnectAsync(new SshClientOptions { UserName = "root", PrivateKeys = strangers }));
        Assert.Equal(SshFailure.Authentication, error.Failure);
        Array.ForEach(strangers, static x => x.Dispose());
    }

    [Fact]
    public async Task DirectChannels_ReachTargetsAndSayWhatFails()
    {
        await using var target = TcpTarget.Echo("220 ready");
        await using var connection = await ConnectAsync(new SshClientOptions { UserName = "root", PrivateKeys = [_keys[0]] });
        var address = IPEndPoint.Parse(target.Address);
        for (var i = 0; i < 3; i++)
        {
            await using var channel = await OpenAsync(connection, address.Port);
            Assert.Equal("220 ready", await ReadAsync(channel, 9));
            await channel.WriteAsync("hello"u8.ToArray(), Token);
            Assert.Equal("hello", await ReadAsync(channel, 5));
            await channel.CompleteWritesAsync(Token);
            Assert.Equal(0, await channel.ReadAsync(new byte[1], Token));
        }

        var error = await Assert.ThrowsAsync<SshException>(() => OpenAsync(connection, Ports.Free()));
        Assert.Equal((SshFailure.Refused, SshOpenRefusal.ConnectFailed), (error.Failure, error.Refusal));
        Assert.True(connection.IsOpen);
        Assert.Equal(0, connection.ChannelCount);
    }

    [Fact]
    public async Task Listener_OnAPortOfTheServersChoice_HandsOverConnectionsUntilItIsCancelled()
    {
        await using var connection = await ConnectAsync(new SshClientOptions { UserName = "root", PrivateKeys = [_keys[1]] });
        var answer = await connection.RequestAsync(ForwardMessages.TcpIpForward, ForwardMessages.WriteBind("127.0.0.1", 0), Token);
        var port = ForwardMessages.ReadBoundPort(answer) ?? 0;
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Token);

        var opening = await connection.AcceptChannelAsync(Token);
        var ends = ForwardMessages.ReadTcpIp(opening!.Data);
        Assert.Equal((ForwardMessages.ForwardedTcpIp, "127.0.0.1", port), (opening.Type, ends.Host, (int)ends.Port));
        Assert.Equal(((IPEndPoint)socket.LocalEndPoint!).Port, ends.OriginPort);
        await using var channel = opening.Accept();
        await socket.SendAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello", await ReadAsync(channel, 5));
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await channel.ReadAsync(new byte[1], Token));
        await channel.WriteAsync("bye"u8.ToArray(), Token);
        await channel.CompleteWritesAsync(Token);
        Assert.Equal("bye", await LoopbackClient.ReceiveTextAsync(socket, 3, Token));

        Assert.NotNull(await connection.RequestAsync(ForwardMessages.CancelTcpIpForward, ForwardMessages.WriteBind("127.0.0.1", (ushort)port), Token));
        Assert.False(SocketTables.IsTaken(port, ProtocolType.Tcp));
    }

    private static Task<SshChannel> OpenAsync(SshConnection connection, int port) => connection.OpenChannelAsync(
        ForwardMessages.DirectTcpIp, ForwardMessages.WriteTcpIp(new SshTcpIpChannel("127.0.0.1", (ushort)port, "0.0.0.0", 0)), Token).AsTask();

    private static async Task<string> ReadAsync(SshChannel channel, int count)
    {
        var bytes = new byte[count];
        await channel.ReadExactlyAsync(bytes, Token);
        return Encoding.ASCII.GetString(bytes);
    }

    private async Task<SshConnection> ConnectAsync(SshClientOptions options)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _port, Token);
        return await SshConnection.ConnectAsync(new NetworkStream(socket, ownsSocket: true), options, Token);
    }
}

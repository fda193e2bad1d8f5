using System.Buffers.Binary;
using Gost.Ssh;
using Gost.Ssh.Auth;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Tests.Ssh;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>What a peer may send once keys are exchanged: logins of both sides, channels and requests. An input is packets with a length of two bytes before each.</summary>
public sealed class SshConnectionFuzz : IDisposable
{
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyAlgorithms.EcdsaP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public Task Connection_Mutated_NeverBreaks() => FuzzRun.RunAsync(
        [
            Input(
                new SshWriter(MessageNumber.ChannelOpen).WriteText("direct-tcpip").WriteUInt32(1).WriteUInt32(100).WriteUInt32(10),
                new SshWriter(MessageNumber.ChannelOpenConfirmation).WriteUInt32(0).WriteUInt32(5).WriteUInt32(100).WriteUInt32(10),
                new SshWriter(MessageNumber.ChannelData).WriteUInt32(0).WriteString("data"u8),
                new SshWriter(MessageNumber.ChannelExtendedData).WriteUInt32(0).WriteUInt32(1).WriteString("data"u8),
                new SshWriter(MessageNumber.ChannelWindowAdjust).WriteUInt32(0).WriteUInt32(1000),
                new SshWriter(MessageNumber.ChannelRequest).WriteUInt32(0).WriteText("exec").WriteBoolean(true).WriteText("id"),
                new SshWriter(MessageNumber.ChannelEof).WriteUInt32(0),
                new SshWriter(MessageNumber.ChannelClose).WriteUInt32(0)),
            Input(
                new SshWriter(MessageNumber.ChannelOpen).WriteText("session").WriteUInt32(1).WriteUInt32(100).WriteUInt32(10),
                new SshWriter(MessageNumber.ChannelOpenFailure).WriteUInt32(0).WriteUInt32(2).WriteText("no").WriteText(""),
                new SshWriter(MessageNumber.GlobalRequest).WriteText("tcpip-forward").WriteBoolean(true).WriteText("").WriteUInt32(0),
                new SshWriter(MessageNumber.GlobalRequest).WriteText("ping").WriteBoolean(true),
                new SshWriter(MessageNumber.RequestSuccess).WriteUInt32(8080),
                new SshWriter(MessageNumber.RequestFailure),
                new SshWriter(MessageNumber.UserAuthRequest).WriteText("u")),
        ],
        ConnectAsync);

    [Fact]
    public Task ServerLogin_Mutated_NeverBreaks()
    {
        var blob = _key.PublicKey.Blob.Span;
        SshWriter service = new SshWriter(MessageNumber.ServiceRequest).WriteText("ssh-userauth");
        return FuzzRun.RunAsync(
            [
                Input(
                    service, LoginMessages.Request("u", "none"), LoginMessages.Request("u", "password").WriteBoolean(false).WriteText("p"),
                    LoginMessages.Request("u", "keyboard-interactive").WriteText("").WriteText(""),
                    new SshWriter(MessageNumber.UserAuthInfoResponse).WriteUInt32(1).WriteText("p")),
                Input(
                    service, LoginMessages.Request("u", "publickey").WriteBoolean(false).WriteText(_key.PublicKey.Algorithm).WriteString(blob),
                    LoginMessages.Request("u", "publickey").WriteBoolean(true).WriteText(_key.PublicKey.Algorithm).WriteString(blob)
                        .WriteString(_key.Sign(_key.PublicKey.Algorithm, "data"u8))),
            ],
            async x => await EndsAsync(x, packets => new ServerLogin(packets, new SshServerOptions
            {
                HostKeys = [],
                Password = static (_, _, _) => ValueTask.FromResult(false),
                PublicKey = static (_, _, _) => ValueTask.FromResult(true),
            }).RunAsync(CancellationToken.None)));
    }

    [Fact]
    public Task ClientLogin_Mutated_NeverBreaks() => FuzzRun.RunAsync(
        [
            Input(
                new SshWriter(MessageNumber.ServiceAccept).WriteText("ssh-userauth"),
                new SshWriter(MessageNumber.UserAuthFailure).WriteNames(["publickey", "password", "keyboard-interactive"]).WriteBoolean(false),
                new SshWriter(MessageNumber.UserAuthBanner).WriteText("hello").WriteText(""),
                new SshWriter(MessageNumber.UserAuthFailure).WriteNames(["password", "keyboard-interactive"]).WriteBoolean(true),
                new SshWriter(MessageNumber.UserAuthFailure).WriteNames(["keyboard-interactive"]).WriteBoolean(false),
                new SshWriter(MessageNumber.UserAuthInfoRequest).WriteText("").WriteText("").WriteText("").WriteUInt32(1).WriteText("Password: ").WriteBoolean(false),
                new SshWriter(MessageNumber.UserAuthPasswordChangeRequest).WriteText("expired").WriteText("")),
        ],
        async x => await EndsAsync(
            x, packets => new ClientLogin(packets, null, new SshClientOptions { UserName = "u", Password = "p", PrivateKeys = [_key] })
                .RunAsync(CancellationToken.None)));

    [Fact]
    public Task KeyFiles_Mutated_NeverThrow() => FuzzRun.RunAsync(
        [
            System.Text.Encoding.ASCII.GetBytes(
                $"from=\"10.0.0.0/8,!a*\",permitopen=\"h:1\",restrict {_key.PublicKey} comment\n@revoked [h]:2222,|1|AAAA|AAAA {_key.PublicKey}\n"),
            System.Text.Encoding.ASCII.GetBytes($"|1|c2FsdA==|aGFzaA== {_key.PublicKey}\n*.a,!b?c {_key.PublicKey}\n"),
        ],
        static x =>
        {
            var text = System.Text.Encoding.UTF8.GetString(x);
            foreach (var key in AuthorizedKeys.Parse(text).Keys)
            {
                key.IsTaken(System.Net.IPAddress.Loopback, DateTimeOffset.UnixEpoch);
                key.AllowsOpen("host", 1);
            }

            KnownHosts.Parse(text).Find("host", 2222);
            return Task.CompletedTask;
        });

    private static async Task ConnectAsync(byte[] input)
    {
        await using PacketPair packets = new(capacity: 4096);
        await using var connection = ConnectionPair.Connect(packets.Near, new SshConnectionOptions { ChannelBacklog = 2, RequestBacklog = 2 });
        var opened = connection.OpenChannelAsync("a-type", default, CancellationToken.None).AsTask();
        var asked = connection.RequestAsync("tcpip-forward", default, CancellationToken.None).AsTask();
        var serving = ServeAsync(connection);
        await FeedAsync(packets, input);
        await connection.Completion;
        await serving;

        // Nothing waits for what will not come.
        await Task.WhenAny(asked);
        try
        {
            await using var channel = await opened;
            while (await channel.ReadAsync(new byte[100], CancellationToken.None) > 0)
            {
            }
        }
        catch (Exception e) when (e is SshException or IOException)
        {
            // What an end without an end is.
        }

        Assert.Equal(0, connection.ChannelCount);
    }

    private static async Task ServeAsync(SshConnection connection)
    {
        while (await connection.AcceptChannelAsync(CancellationToken.None) is { } opening)
        {
            await using var channel = opening.Accept();
            await channel.CompleteWritesAsync(CancellationToken.None);
        }
    }

    /// <summary>Whatever the bytes are, the login ends: it lets in, or says in its own words why not.</summary>
    private static async Task EndsAsync(byte[] input, Func<PacketEnd, Task> login)
    {
        await using PacketPair packets = new(capacity: 4096);
        var running = login(packets.Near);
        await FeedAsync(packets, input);
        try
        {
            await running;
        }
        catch (SshException)
        {
            // As said.
        }
    }

    private static async Task FeedAsync(PacketPair packets, byte[] input)
    {
        var rest = input.AsMemory();
        while (rest.Length > 2)
        {
            var length = Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(rest.Span), 1, rest.Length - 2);
            await packets.Far.SendAsync(rest.Slice(2, length).ToArray());
            rest = rest[(2 + length)..];
        }

        await packets.Far.DisconnectAsync(SshDisconnectReason.ByApplication, "", CancellationToken.None);
    }

    private static byte[] Input(params SshWriter[] messages) =>
        [.. messages.SelectMany(static x => new byte[] { (byte)(x.Length >> 8), (byte)x.Length }.Concat(x.ToArray()))];
}

using Gost.Ssh;
using Gost.Ssh.Auth;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Xunit;

namespace Gost.Tests.Ssh.Auth;

/// <summary>The client's login against the server's, over packets in memory.</summary>
public sealed class LoginTests : IDisposable
{
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
    private readonly SshPrivateKey _other = SshPrivateKey.Generate(SshKeyAlgorithms.EcdsaP256);
    private readonly List<string> _failed = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Password_ThatIsRight_LetsIn()
    {
        var user = await LogInAsync(new SshClientOptions { UserName = "bob", Password = "secret" }, Server(password: "secret"));

        Assert.Equal(new LoggedInUser("bob", null), user);
        Assert.Empty(_failed);
    }

    [Fact]
    public async Task Password_ThatIsWrong_NamesWhatTheServerTakes()
    {
        var error = await Assert.ThrowsAsync<SshException>(() => LogInAsync(
            new SshClientOptions { UserName = "bob", Password = "wrong" }, Server(password: "secret")));

        Assert.Equal(
            (SshFailure.Authentication,
                "the SSH server does not let the user \"bob\" in: it refused the password and the password as an answer; it takes password, keyboard-interactive"),
            (error.Failure, error.Message));
        Assert.Equal(["bob password", "bob keyboard-interactive"], _failed);
    }

    [Fact]
    public async Task Key_ThatIsWelcome_LetsInAndIsKnown()
    {
        var user = await LogInAsync(
            new SshClientOptions { UserName = "bob", Password = "never sent", PrivateKeys = [_other, _key] }, Server(key: _key, password: "x"));

        Assert.Equal(new LoggedInUser("bob", _key.PublicKey), user);
        Assert.Equal(["bob publickey"], _failed);
    }

    [Fact]
    public async Task None_OnAnOpenServer_LetsIn()
    {
        Assert.Equal(new LoggedInUser("", null), await LogInAsync(new SshClientOptions(), Server(allowNone: true)));
        Assert.Equal("u", (await LogInAsync(new SshClientOptions { UserName = "u", Password = "p" }, Server(allowNone: true))).Name);
    }

    [Fact]
    public async Task None_WhereThereIsNoOtherWay_SaysWhatIsMissing()
    {
        var error = await Assert.ThrowsAsync<SshException>(() => LogInAsync(new SshClientOptions { UserName = "u" }, Server(key: _key)));
        Assert.Equal("the SSH server does not let the user \"u\" in: no password and no key is configured; it takes publickey", error.Message);

        error = await Assert.ThrowsAsync<SshException>(() => LogInAsync(new SshClientOptions { UserName = "u", Password = "p" }, Server(key: _key)));
        Assert.Equal("the SSH server does not let the user \"u\" in: none of ours is among what it takes; it takes publickey", error.Message);
    }

    [Fact]
    public async Task TooManyTries_EndTheConnection()
    {
        var keys = Enumerable.Range(0, 3).Select(_ => SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519)).ToArray();
        var server = Server(key: _key) with { MaxAuthTries = 3 };
        var (refusal, client) = await FailAsync(new SshClientOptions { UserName = "u", PrivateKeys = keys }, server);

        Assert.Equal(
            (SshFailure.Authentication, SshDisconnectReason.NoMoreAuthenticationMethodsAvailable, "the SSH client was not let in: 3 failed tries"),
            (refusal.Failure, refusal.Reason, refusal.Message));
        Assert.Equal(SshFailure.Authentication, client.Failure);
        Assert.Contains("it refused the key", client.Message, StringComparison.Ordinal);
        Array.ForEach(keys, static x => x.Dispose());
    }

    [Fact]
    public async Task HookOfFailedTries_MayEndTheConnection()
    {
        var server = Server(password: "right") with { Failed = static (_, _, _) => ValueTask.FromResult(false) };

        var (refusal, _) = await FailAsync(new SshClientOptions { UserName = "u", Password = "wrong" }, server);

        Assert.Equal("the SSH client was not let in: 1 failed tries", refusal.Message);
    }

    [Fact]
    public async Task KeyQuery_IsAnsweredAndProvesNothing()
    {
        await using PacketPair packets = new();
        var login = new ServerLogin(packets.Far, Server(key: _key)).RunAsync(Token);
        await BeginAsync(packets);
        foreach (var key in new[] { _other, _key })
        {
            var algorithm = key.SignatureAlgorithms[0];
            await packets.Near.SendAsync(LoginMessages.Request("u", "publickey").WriteBoolean(false).WriteText(algorithm).WriteString(key.PublicKey.Blob.Span).Written);
        }

        Assert.Equal(MessageNumber.UserAuthFailure, (await packets.Near.ReceiveAsync(Token)).Span[0]);
        Assert.Equal(
            new SshWriter(MessageNumber.UserAuthPublicKeyOk).WriteText("ssh-ed25519").WriteString(_key.PublicKey.Blob.Span).ToArray(),
            (await packets.Near.ReceiveAsync(Token)).ToArray());
        Assert.False(login.IsCompleted);

        // A signature for another user, or over another session, is none.
        foreach (var (session, user) in new[] { ("another session", "u"), ("the session", "v") })
        {
            var data = LoginMessages.SignedData(System.Text.Encoding.ASCII.GetBytes(session), user, "ssh-ed25519", _key.PublicKey.Blob.Span);
            await packets.Near.SendAsync(LoginMessages.Request("u", "publickey").WriteBoolean(true).WriteText("ssh-ed25519").WriteString(_key.PublicKey.Blob.Span)
                .WriteString(_key.Sign("ssh-ed25519", data)).Written);
            Assert.Equal(MessageNumber.UserAuthFailure, (await packets.Near.ReceiveAsync(Token)).Span[0]);
        }

        await packets.Near.DisposeAsync();
        await Assert.ThrowsAsync<SshException>(() => login);
    }

    [Fact]
    public async Task OtherRequests_AreRefusedAlike()
    {
        await using PacketPair packets = new();
        var login = new ServerLogin(packets.Far, Server(password: "p") with { MaxAuthTries = 100 }).RunAsync(Token);
        await BeginAsync(packets);
        byte[] expected = new SshWriter(MessageNumber.UserAuthFailure).WriteNames(["password", "keyboard-interactive"]).WriteBoolean(false).ToArray();
        SshWriter[] requests =
        [
            LoginMessages.Request("nobody", "password").WriteBoolean(false).WriteText("x"),
            LoginMessages.Request("u", "password").WriteBoolean(true).WriteText("p").WriteText("new"),
            LoginMessages.Request("u", "hostbased").WriteText("x"),
            LoginMessages.Request("u", "publickey").WriteBoolean(false).WriteText("ssh-dss").WriteString([]),
            LoginMessages.Request("u", "none"),
        ];
        foreach (var request in requests)
        {
            await packets.Near.SendAsync(request.Written);
            Assert.Equal(expected, (await packets.Near.ReceiveAsync(Token)).ToArray());
        }

        // A question that is not answered, but followed by a request.
        await packets.Near.SendAsync(LoginMessages.Request("u", "keyboard-interactive").WriteText("").WriteText("").Written);
        Assert.Equal(
            new SshWriter(MessageNumber.UserAuthInfoRequest).WriteText("").WriteText("").WriteText("").WriteUInt32(1).WriteText("Password: ").WriteBoolean(false)
                .ToArray(),
            (await packets.Near.ReceiveAsync(Token)).ToArray());
        await packets.Near.SendAsync(LoginMessages.Request("u", "password").WriteBoolean(false).WriteText("p").Written);
        Assert.Equal(MessageNumber.UserAuthSuccess, Assert.Single((await packets.Near.ReceiveAsync(Token)).ToArray()));
        Assert.Equal("u", (await login).Name);
    }

    [Theory]
    [InlineData("another-service", SshDisconnectReason.ServiceNotAvailable)]
    [InlineData("ssh-connection", SshDisconnectReason.ProtocolError)]
    public async Task AnotherService_IsNotServed(string service, SshDisconnectReason reason)
    {
        await using PacketPair packets = new();
        var login = new ServerLogin(packets.Far, Server(password: "p")).RunAsync(Token);
        await BeginAsync(packets);
        await packets.Near.SendAsync(service == "ssh-connection"
            ? new SshWriter(MessageNumber.ChannelOpen).WriteText("session").Written
            : new SshWriter(MessageNumber.UserAuthRequest).WriteText("u").WriteText(service).WriteText("none").Written);

        Assert.Equal(reason, (await Assert.ThrowsAsync<SshException>(() => login)).Reason);
    }

    [Fact]
    public async Task PartialSuccess_GoesOnWithTheNextMethod()
    {
        var (packets, login) = await ClientAsync(new SshClientOptions { UserName = "u", Password = "p", PrivateKeys = [_key] });
        await using var owned = packets;
        await ExpectAsync(packets, "none");
        await packets.Far.SendAsync(Failure(["publickey"], partial: false));
        await ExpectAsync(packets, "publickey");
        await packets.Far.SendAsync(Failure(["password"], partial: true));
        await ExpectAsync(packets, "password");
        await packets.Far.SendAsync(new byte[] { MessageNumber.UserAuthSuccess });

        await login;
    }

    [Fact]
    public async Task Client_AnswersEachPromptAndPassesOverBanners()
    {
        var (packets, login) = await ClientAsync(new SshClientOptions { UserName = "u", Password = "p" });
        await using var owned = packets;
        await ExpectAsync(packets, "none");
        await packets.Far.SendAsync(new SshWriter(MessageNumber.UserAuthBanner).WriteText("hello").WriteText("").Written);
        await packets.Far.SendAsync(Failure(["keyboard-interactive"], partial: false));
        await ExpectAsync(packets, "keyboard-interactive");
        await packets.Far.SendAsync(new SshWriter(MessageNumber.UserAuthInfoRequest).WriteText("n").WriteText("i").WriteText("").WriteUInt32(2).WriteText("Password:")
            .WriteBoolean(false).WriteText("Again:").WriteBoolean(true).Written);
        Assert.Equal(
            new SshWriter(MessageNumber.UserAuthInfoResponse).WriteUInt32(2).WriteText("p").WriteText("p").ToArray(), (await packets.Far.ReceiveAsync(Token)).ToArray());
        await packets.Far.SendAsync(new SshWriter(MessageNumber.UserAuthInfoRequest).WriteText("").WriteText("").WriteText("").WriteUInt32(0).Written);
        Assert.Equal(new SshWriter(MessageNumber.UserAuthInfoResponse).WriteUInt32(0).ToArray(), (await packets.Far.ReceiveAsync(Token)).ToArray());
        await packets.Far.SendAsync(new byte[] { MessageNumber.UserAuthSuccess });

        await login;
    }

    [Fact]
    public async Task PasswordChange_IsNotMade()
    {
        var (packets, login) = await ClientAsync(new SshClientOptions { UserName = "u", Password = "p" });
        await using var owned = packets;
        await ExpectAsync(packets, "none");
        await packets.Far.SendAsync(Failure(["password"], partial: false));
        await ExpectAsync(packets, "password");
        await packets.Far.SendAsync(new SshWriter(MessageNumber.UserAuthPasswordChangeRequest).WriteText("expired").WriteText("").Written);

        var error = await Assert.ThrowsAsync<SshException>(() => login);

        Assert.Equal("the SSH server wants a new password of the user \"u\"; change it there", error.Message);
    }

    [Theory]
    [InlineData(true, "rsa-sha2-512")]
    [InlineData(false, "rsa-sha2-256")]
    public async Task RsaKey_SignsWithWhatTheServerNames(bool isTold, string expected)
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        using var key = SshPrivateKey.Parse(rsa.ExportPkcs8PrivateKeyPem());
        var (packets, login) = await ClientAsync(
            new SshClientOptions { UserName = "u", PrivateKeys = [key, _key] }, isTold ? ["rsa-sha2-512", "rsa-sha2-256"] : null);
        await using var owned = packets;
        await ExpectAsync(packets, "none");
        await packets.Far.SendAsync(Failure(["publickey"], partial: false));
        var request = LoginRequest.Read((await packets.Far.ReceiveAsync(Token)).Span);
        Assert.Equal(expected, request.Algorithm);
        await packets.Far.SendAsync(Failure(["publickey"], partial: false));

        if (isTold)
        {
            // The other key is none the server would take: it is not offered.
            Assert.Contains("it refused the key SHA256:", (await Assert.ThrowsAsync<SshException>(() => login)).Message, StringComparison.Ordinal);
        }
        else
        {
            await ExpectAsync(packets, "publickey");
            await packets.Far.SendAsync(new byte[] { MessageNumber.UserAuthSuccess });
            await login;
        }
    }

    private SshServerOptions Server(string? password = null, SshPrivateKey? key = null, bool allowNone = false) => new()
    {
        HostKeys = [],
        Password = password is null ? null : (user, x, _) => ValueTask.FromResult(user != "nobody" && x == password),
        PublicKey = key is null ? null : (_, x, _) => ValueTask.FromResult(x.Equals(key.PublicKey)),
        AllowNone = allowNone,
        Failed = (user, method, _) =>
        {
            _failed.Add($"{user} {method}");
            return ValueTask.FromResult(true);
        },
    };

    private static async Task<LoggedInUser> LogInAsync(SshClientOptions client, SshServerOptions server)
    {
        await using PacketPair packets = new();
        var serving = new ServerLogin(packets.Far, server).RunAsync(Token);
        await new ClientLogin(packets.Near, null, client).RunAsync(Token);
        return await serving;
    }

    private static async Task<(SshException Server, SshException Client)> FailAsync(SshClientOptions client, SshServerOptions server)
    {
        await using PacketPair packets = new();
        var asking = new ClientLogin(packets.Near, null, client).RunAsync(Token);
        var refusal = await Assert.ThrowsAsync<SshException>(() => new ServerLogin(packets.Far, server).RunAsync(Token));
        await packets.Far.DisposeAsync();
        return (refusal, await Assert.ThrowsAsync<SshException>(() => asking));
    }

    private static async Task<(PacketPair Packets, Task Login)> ClientAsync(SshClientOptions options, string[]? signatures = null)
    {
        PacketPair packets = new();
        var login = new ClientLogin(packets.Near, signatures, options).RunAsync(Token);
        Assert.Equal(new SshWriter(MessageNumber.ServiceRequest).WriteText("ssh-userauth").ToArray(), (await packets.Far.ReceiveAsync(Token)).ToArray());
        await packets.Far.SendAsync(new SshWriter(MessageNumber.ServiceAccept).WriteText("ssh-userauth").Written);
        return (packets, login);
    }

    private static async Task BeginAsync(PacketPair packets)
    {
        await packets.Near.SendAsync(new SshWriter(MessageNumber.ServiceRequest).WriteText("ssh-userauth").Written);
        Assert.Equal(MessageNumber.ServiceAccept, (await packets.Near.ReceiveAsync(Token)).Span[0]);
    }

    private static async Task ExpectAsync(PacketPair packets, string method) =>
        Assert.Equal(method, LoginRequest.Read((await packets.Far.ReceiveAsync(Token)).Span).Method);

    private static ReadOnlyMemory<byte> Failure(string[] methods, bool partial) =>
        new SshWriter(MessageNumber.UserAuthFailure).WriteNames(methods).WriteBoolean(partial).Written;
}

using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

public sealed class HostileClientTests : IDisposable
{
    private const string Version = "SSH-2.0-test\r\n";

    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
    private readonly DuplexPair _streams = new(1024 * 1024);
    private readonly ScriptedPeer _peer;
    private readonly Task<SshTransport> _serving;

    public HostileClientTests()
    {
        _peer = new ScriptedPeer(_streams.Near);
        _serving = SshTransport.AcceptAsync(_streams.Far, new(), [_key], Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Ignore => new SshWriter(MessageNumber.Ignore).WriteText("x").ToArray();

    public static TheoryData<string, byte[]> Frames() => new()
    {
        { "length of 4294967295", ScriptedPeer.Frame([1], length: uint.MaxValue) },
        { "length of 4294967292", ScriptedPeer.Frame([1], length: uint.MaxValue - 3) },
        { "length of 2147483644", ScriptedPeer.Frame([1], length: int.MaxValue - 3) },
        { "length of 35004", ScriptedPeer.Frame([1], length: 35_004) },
        { "length of 0", ScriptedPeer.Frame([1], length: 0) },
        { "length of 4", ScriptedPeer.Frame([1], length: 4) },
        { "length of 13", ScriptedPeer.Frame([1], length: 13) },
        { "without a payload", ScriptedPeer.Frame([1, 2, 3], padding: 3) },
        { "without a payload", ScriptedPeer.Frame([1, 2, 3], padding: 255) },
        { "without a payload", ScriptedPeer.Frame([1, 2, 3], padding: 11) },
    };

    public void Dispose()
    {
        _streams.Dispose();
        _key.Dispose();
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task Frame_WithWrongLengths_IsRefused(string message, byte[] frame)
    {
        await _peer.SayAsync(Version);
        await _peer.SendRawAsync(frame);

        await RefusedAsync(message);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n", "names no version")]
    [InlineData("SSH-1.5-old\r\n", "speaks SSH-1.5-old, not SSH 2.0")]
    [InlineData("SSH-2.0-a\0b\r\n", "malformed")]
    public async Task Version_OfAnotherProtocol_IsRefused(string line, string message)
    {
        await _peer.SayAsync(line);

        await RefusedAsync(message);
    }

    [Fact]
    public async Task Version_WithoutEnd_IsRefusedBeforeMuchIsRead()
    {
        await _peer.SayAsync(new string('x', 300));

        await RefusedAsync("too long");
    }

    [Fact]
    public async Task Connection_ThatEnds_IsAFaultOfTheConnection()
    {
        await _peer.SayAsync("SSH-2.0-te");
        await _streams.Near.CompleteWritesAsync(Token);

        Assert.Equal(SshFailure.Connection, (await Assert.ThrowsAsync<SshException>(() => _serving)).Failure);
    }

    [Fact]
    public async Task Packet_ThatEndsTooEarly_IsAFaultOfTheConnection()
    {
        await _peer.SayAsync(Version);
        await _peer.SendRawAsync(ScriptedPeer.Frame(ScriptedPeer.Offer(["curve25519-sha256"]))[..^1]);
        await _streams.Near.CompleteWritesAsync(Token);

        var failure = await Assert.ThrowsAsync<SshException>(() => _serving);
        Assert.Equal(SshFailure.Connection, failure.Failure);
        Assert.Contains("amid a packet", failure.Message);
    }

    [Fact]
    public async Task Strict_SomethingBeforeTheOffer_IsRefused()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(Ignore);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256", AlgorithmNames.StrictClient]));

        await RefusedAsync("strict");
    }

    [Fact]
    public async Task Strict_SomethingAmidTheExchange_IsRefused()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256", AlgorithmNames.StrictClient]));
        await _peer.SendAsync(Ignore);

        await RefusedAsync("message 2 amid the key exchange");
    }

    [Fact]
    public async Task NotStrict_SomethingAside_IsTaken()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(Ignore);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256"]));
        await _peer.SendAsync(Ignore);
        await AnsweredAsync("curve25519-sha256");
    }

    [Fact]
    public async Task NotStrict_SomethingAsideWithoutEnd_IsRefused()
    {
        await _peer.SayAsync(Version);
        for (var i = 0; i < 64; i++)
        {
            await _peer.SendAsync(Ignore);
        }

        await RefusedAsync("on and on");
    }

    [Theory]
    [InlineData(MessageNumber.ServiceRequest)]
    [InlineData(MessageNumber.NewKeys)]
    [InlineData(MessageNumber.ChannelData)]
    public async Task Message_BeforeTheOffer_IsRefused(byte message)
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync([message, 0, 0, 0, 0]);

        await RefusedAsync($"message {message} amid");
    }

    [Fact]
    public async Task Message_InsteadOfTheKey_IsRefused()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256"]));
        await _peer.SendAsync([MessageNumber.UserAuthRequest, 0, 0, 0, 0]);

        await RefusedAsync("message 50 amid");
    }

    [Fact]
    public async Task Guess_ThatIsWrong_IsSkipped()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(ScriptedPeer.Offer(["ecdh-sha2-nistp256", "curve25519-sha256"], isGuessed: true));
        await _peer.SendAsync([MessageNumber.KexEcdhInit, 1, 2, 3]);
        await AnsweredAsync("ecdh-sha2-nistp256");
    }

    [Fact]
    public async Task Guess_ThatIsRight_IsTaken()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256"], isGuessed: true));
        await AnsweredAsync("curve25519-sha256");
    }

    [Fact]
    public async Task Offer_Malformed_IsRefused()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256"])[..^8]);

        await RefusedAsync("too early");
    }

    [Fact]
    public async Task Key_OffTheCurve_IsRefused()
    {
        await _peer.SayAsync(Version);
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256"]));
        await _peer.SendAsync(new SshWriter(MessageNumber.KexEcdhInit).WriteString(new byte[32]).ToArray());

        await RefusedAsync("no key of the agreed curve");
    }

    // The server shows its key and a signature under what was agreed on.
    private async Task AnsweredAsync(string exchange)
    {
        using var key = KeyExchanges.Create(exchange);
        await _peer.SendAsync(new SshWriter(MessageNumber.KexEcdhInit).WriteString(key.PublicKey.Span).ToArray());
        await _peer.HearAsync(fromServer: true);
        Assert.Equal(MessageNumber.KexEcdhReply, (await _peer.ReceiveAsync())[0]);
        _streams.Dispose();
        await Assert.ThrowsAsync<SshException>(() => _serving);
    }

    private async Task RefusedAsync(string message)
    {
        var failure = await Assert.ThrowsAsync<SshException>(() => _serving);
        Assert.Equal(SshFailure.Protocol, failure.Failure);
        Assert.Contains(message, failure.Message);

        // It says so before it closes.
        await _peer.HearAsync(fromServer: true);
        Assert.Contains(message, await _peer.ReceiveDisconnectAsync());
        Assert.Empty(await _peer.ReceiveAsync());
    }
}

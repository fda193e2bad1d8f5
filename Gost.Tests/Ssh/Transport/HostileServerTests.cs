using System.Security.Cryptography;
using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

public sealed class HostileServerTests : IDisposable
{
    private const string Version = "SSH-2.0-test";

    private readonly DuplexPair _streams = new(1024 * 1024);
    private readonly ScriptedPeer _peer;
    private readonly Task<SshTransport> _connecting;

    public HostileServerTests()
    {
        _peer = new ScriptedPeer(_streams.Far);
        _connecting = SshTransport.ConnectAsync(_streams.Near, new(), static (_, _) => ValueTask.CompletedTask, Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _streams.Dispose();

    [Fact]
    public async Task Lines_BeforeTheVersion_AreSkipped()
    {
        await _peer.SayAsync("Welcome\r\nto this host\n\r\n" + Version + "\r\n");
        await _peer.SendAsync(ScriptedPeer.Offer(["curve25519-sha256"]));
        await _peer.HearAsync(fromServer: false);

        Assert.Equal(MessageNumber.KexEcdhInit, (await _peer.ReceiveAsync())[0]);
        _streams.Dispose();
        await Assert.ThrowsAsync<SshException>(() => _connecting);
    }

    [Fact]
    public async Task Lines_WithoutEnd_AreRefused()
    {
        await _peer.SayAsync(string.Concat(Enumerable.Repeat("x\r\n", 1100)));

        Assert.Contains("none of its first lines", (await Assert.ThrowsAsync<SshException>(() => _connecting)).Message);
    }

    [Fact]
    public async Task Disconnect_AmidTheExchange_IsToldWithItsText()
    {
        await _peer.SayAsync(Version + "\r\n");
        await _peer.SendAsync(new SshWriter(MessageNumber.Disconnect).WriteUInt32(12).WriteText("too many\a").WriteText("").ToArray());

        var failure = await Assert.ThrowsAsync<SshException>(() => _connecting);
        Assert.Equal(SshDisconnectReason.TooManyConnections, failure.Reason);
        Assert.Contains("too many ", failure.Message);
    }

    [Theory]
    [InlineData("signature of something else", "does not prove")]
    [InlineData("signature changed", "does not prove")]
    [InlineData("signature by another algorithm", "does not prove")]
    [InlineData("signature cut", "does not prove")]
    [InlineData("key of another kind", "where ssh-ed25519 was agreed on")]
    [InlineData("key damaged", "cannot be used")]
    public async Task Reply_WithoutProof_IsRefused(string wrong, string message)
    {
        await ReplyAsync(wrong);

        var failure = await Assert.ThrowsAsync<SshException>(() => _connecting);
        Assert.Equal(SshFailure.HostKey, failure.Failure);
        Assert.Contains(message, failure.Message);
        Assert.Contains(message, await _peer.ReceiveDisconnectAsync());
    }

    [Fact]
    public async Task Reply_WithProof_IsTaken()
    {
        var hash = await ReplyAsync("nothing");

        Assert.Equal(MessageNumber.NewKeys, Assert.Single(await _peer.ReceiveAsync()));
        await _peer.SendAsync([MessageNumber.NewKeys]);
        await using var transport = await _connecting;
        Assert.Equal(hash, transport.SessionId.ToArray());
        Assert.False(transport.Agreed.IsStrict);
    }

    // The server's side up to its reply, in which that is wrong; returns the hash of the exchange.
    private async Task<byte[]> ReplyAsync(string wrong)
    {
        var offer = ScriptedPeer.Offer(["curve25519-sha256"]);
        await _peer.SayAsync(Version + "\r\n");
        await _peer.SendAsync(offer);
        var (version, theirs) = await _peer.HearAsync(fromServer: false);
        using var key = SshPrivateKey.Generate(wrong == "key of another kind" ? SshKeyAlgorithms.EcdsaP256 : SshKeyAlgorithms.Ed25519);
        using Curve25519Exchange exchange = new();
        var peer = (await _peer.ReceiveAsync())[5..];
        var blob = wrong == "key damaged" ? key.PublicKey.Blob.ToArray()[..^1] : key.PublicKey.Blob.ToArray();
        var hash = SHA256.HashData(new SshWriter().WriteText(version).WriteText(Version).WriteString(theirs).WriteString(offer).WriteString(blob)
            .WriteString(peer).WriteString(exchange.PublicKey.Span).WritePositiveInteger(exchange.Agree(peer)).Written.Span);
        var signature = key.Sign(key.SignatureAlgorithms[0], wrong == "signature of something else" ? RandomNumberGenerator.GetBytes(32) : hash);
        switch (wrong)
        {
            case "signature changed":
                signature[^1] ^= 1;
                break;
            case "signature by another algorithm":
                signature = new SshWriter().WriteText("rsa-sha2-512").WriteString(signature.AsSpan(signature.Length - 64)).ToArray();
                break;
            case "signature cut":
                signature = signature[..20];
                break;
        }

        await _peer.SendAsync(new SshWriter(MessageNumber.KexEcdhReply).WriteString(blob).WriteString(exchange.PublicKey.Span).WriteString(signature).ToArray());
        return hash;
    }
}

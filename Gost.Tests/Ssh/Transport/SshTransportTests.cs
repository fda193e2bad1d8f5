using System.Security.Cryptography;
using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

public sealed class SshTransportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Suites()
    {
        TheoryData<string, string, string> suites = [];
        foreach (var exchange in SshAlgorithms.KeyExchanges)
        {
            foreach (var cipher in SshAlgorithms.Ciphers)
            {
                foreach (var mac in PacketCiphers.IsAuthenticated(cipher) ? [SshAlgorithms.Macs[0]] : SshAlgorithms.Macs)
                {
                    suites.Add(exchange, cipher, mac);
                }
            }
        }

        return suites;
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Packets_WithEveryExchangeCipherAndMac_ComeAsSent(string exchange, string cipher, string mac)
    {
        SshTransportOptions options = new() { KeyExchanges = [exchange], Ciphers = [cipher], Macs = [mac] };
        await using var pair = await TransportPair.ConnectAsync(options);

        Assert.Equal((exchange, cipher, cipher), (pair.Client.Agreed.KeyExchange, pair.Client.Agreed.CipherFromClient, pair.Client.Agreed.CipherFromServer));
        Assert.Equal(PacketCiphers.IsAuthenticated(cipher) ? null : mac, pair.Client.Agreed.MacFromServer);
        Assert.True(pair.Client.Agreed.IsStrict);
        Assert.Equal(pair.Client.SessionId.ToArray(), pair.Server.SessionId.ToArray());
        Assert.Equal(pair.Server.ServerKey, pair.Shown);
        foreach (var size in (int[])[1, 2, 11, 12, 16, 100, 255, 1024, 32 * 1024, 200_000])
        {
            await CheckAsync(pair.Client, pair.Server, size);
            await CheckAsync(pair.Server, pair.Client, size);
        }
    }

    [Theory]
    [InlineData(SshKeyAlgorithms.Ed25519)]
    [InlineData(SshKeyAlgorithms.EcdsaP256)]
    public async Task Connect_KeyOfTheServer_IsShownToTheClient(string kind)
    {
        await using var pair = await TransportPair.ConnectAsync(hostKey: kind);

        Assert.Equal(kind, pair.Shown.Algorithm);
        Assert.Equal(kind, pair.Client.Agreed.HostKeySignature);
        Assert.StartsWith("SSH-2.0-Gost_", pair.Client.PeerIdentification);
    }

    [Fact]
    public async Task Connect_ServerTellsSignaturesItTakes_ClientKnows()
    {
        await using var pair = await TransportPair.ConnectAsync();
        await pair.Server.SendAsync(new byte[] { MessageNumber.ServiceAccept }, default, Token);
        await pair.Client.ReceiveAsync(Token);

        Assert.Equal(SshAlgorithms.Signatures, pair.Client.PeerSignatureAlgorithms);
        Assert.Null(pair.Server.PeerSignatureAlgorithms);
    }

    [Fact]
    public async Task Connect_NothingInCommon_BothAreToldWhat()
    {
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        using DuplexPair streams = new();
        var serving = SshTransport.AcceptAsync(streams.Far, new() { Ciphers = [AlgorithmNames.Aes128Ctr] }, [key], Token);
        var connecting = SshTransport.ConnectAsync(streams.Near, new() { Ciphers = [AlgorithmNames.Aes256Gcm] }, Trusting, Token);

        foreach (var end in (Task[])[serving, connecting])
        {
            var failure = await Assert.ThrowsAsync<SshException>(() => end);
            Assert.Equal(SshFailure.Protocol, failure.Failure);
            Assert.Contains("no cipher in common: the client offers aes256-gcm@openssh.com, the server aes128-ctr", failure.Message);
        }
    }

    [Fact]
    public async Task Connect_KeyIsNotTrusted_EndsBothWithTheReason()
    {
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        using DuplexPair streams = new();
        var serving = SshTransport.AcceptAsync(streams.Far, new(), [key], Token);
        var connecting = SshTransport.ConnectAsync(
            streams.Near, new(), (_, _) => throw new SshException(SshFailure.HostKey, SshDisconnectReason.HostKeyNotVerifiable, "not that one"), Token);

        Assert.Equal("not that one", (await Assert.ThrowsAsync<SshException>(() => connecting)).Message);
        Assert.Contains("not that one", (await Assert.ThrowsAsync<SshException>(() => serving)).Message);
    }

    [Fact]
    public async Task Disconnect_WithAReason_ReachesThePeer()
    {
        await using var pair = await TransportPair.ConnectAsync();
        await pair.Server.DisconnectAsync(SshDisconnectReason.TooManyConnections, "come again", Token);

        var failure = await Assert.ThrowsAsync<SshException>(async () => await pair.Client.ReceiveAsync(Token));
        Assert.Equal(SshDisconnectReason.TooManyConnections, failure.Reason);
        Assert.Contains("come again", failure.Message);
        await pair.Client.Completion.WaitAsync(Token);
        Assert.Same(failure, pair.Client.Fault);
        Assert.Null(pair.Server.Fault);
    }

    [Fact]
    public async Task Disconnect_ByTheApplication_IsAProperEnd()
    {
        await using var pair = await TransportPair.ConnectAsync();
        await pair.Client.DisconnectAsync(SshDisconnectReason.ByApplication, "done", Token);

        Assert.True((await pair.Server.ReceiveAsync(Token)).IsEmpty);
        await pair.Server.Completion.WaitAsync(Token);
        Assert.Null(pair.Server.Fault);
        await Assert.ThrowsAsync<SshException>(async () => await pair.Server.SendAsync(new byte[] { 80 }, default, Token));
    }

    [Fact]
    public async Task Dispose_WhileReceiving_EndsTheReceiver()
    {
        await using var pair = await TransportPair.ConnectAsync();
        var receiving = pair.Client.ReceiveAsync(Token).AsTask();
        await pair.Client.DisposeAsync();

        Assert.True((await receiving).IsEmpty);
        Assert.True((await pair.Server.ReceiveAsync(Token)).IsEmpty);
    }

    [Fact]
    public async Task Receive_Canceled_LosesNothing()
    {
        await using var pair = await TransportPair.ConnectAsync();
        using CancellationTokenSource canceled = new();
        var receiving = pair.Server.ReceiveAsync(canceled.Token).AsTask();
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        await CheckAsync(pair.Client, pair.Server, 1000);
    }

    [Fact]
    public async Task Message_NotUnderstood_IsAnsweredAsSuch()
    {
        await using var pair = await TransportPair.ConnectAsync();
        await pair.Client.SendAsync(new byte[] { 199 }, default, Token);
        await pair.Client.SendAsync(new byte[] { MessageNumber.Debug, 0 }, default, Token);
        await pair.Client.SendAsync(new byte[] { MessageNumber.Ignore, 0, 0, 0, 0 }, default, Token);
        await pair.Client.SendAsync(new byte[] { 42 }, default, Token);
        await pair.Client.SendAsync(new byte[] { 80 }, default, Token);

        Assert.Equal(199, (await pair.Server.ReceiveAsync(Token)).Span[0]);
        Assert.Equal(80, (await pair.Server.ReceiveAsync(Token)).Span[0]);
        await pair.Server.SendAsync(new byte[] { 81 }, default, Token);
        Assert.Equal(81, (await pair.Client.ReceiveAsync(Token)).Span[0]);
    }

    private static ValueTask Trusting(SshPublicKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private static async Task CheckAsync(SshTransport from, SshTransport to, int size)
    {
        var body = RandomNumberGenerator.GetBytes(size);
        var sending = from.SendAsync(new byte[] { 94, 1, 2 }, body, Token);
        var payload = await to.ReceiveAsync(Token);
        await sending;
        Assert.Equal([94, 1, 2], payload[..3].ToArray());
        Assert.True(payload.Span[3..].SequenceEqual(body));
    }
}

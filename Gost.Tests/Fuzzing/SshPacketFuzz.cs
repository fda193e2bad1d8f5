using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Gost.Tests.Ssh.Transport;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>What a transport of SSH may get: before there are keys, in frames that are authentic, and in messages of a peer that has the keys.</summary>
public sealed class SshPacketFuzz : IDisposable
{
    private static readonly string[] Exchanges = ["curve25519-sha256", AlgorithmNames.ExtInfoClient, AlgorithmNames.StrictClient];

    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyAlgorithms.EcdsaP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public Task Streams_BeforeTheKeys_EndTheHandshake()
    {
        using Curve25519Exchange exchange = new();
        var init = new SshWriter(MessageNumber.KexEcdhInit).WriteString(exchange.PublicKey.Span).ToArray();
        var reply = new SshWriter(MessageNumber.KexEcdhReply).WriteString(_key.PublicKey.Blob.Span).WriteString(exchange.PublicKey.Span)
            .WriteString(_key.Sign(SshKeyAlgorithms.EcdsaP256, [1])).ToArray();
        List<byte[]> seeds = [];
        foreach (var own in (byte[][])[init, reply])
        {
            foreach (var exchanges in (string[][])[Exchanges, Exchanges[..1]])
            {
                seeds.Add(
                    [.. Encoding.ASCII.GetBytes("SSH-2.0-fuzz\r\n"), .. ScriptedPeer.Frame(ScriptedPeer.Offer(exchanges, SshKeyAlgorithms.EcdsaP256)),
                        .. ScriptedPeer.Frame(own), .. ScriptedPeer.Frame([MessageNumber.NewKeys])]);
            }
        }

        seeds.Add(
            [.. Encoding.ASCII.GetBytes("hello\r\nSSH-1.99-fuzz\n"), .. ScriptedPeer.Frame([MessageNumber.Ignore, 0, 0, 0, 0]),
                .. ScriptedPeer.Frame([MessageNumber.Disconnect, 0, 0, 0, 2, 0, 0, 0, 1, 65, 0, 0, 0, 0])]);
        return FuzzRun.RunAsync(seeds, HandshakeAsync);
    }

    [Fact]
    public Task Frames_WithARightTag_NeverBreakTheReader()
    {
        List<byte[]> seeds = [];
        for (byte suite = 0; suite < 8; suite++)
        {
            seeds.Add([suite, .. ScriptedPeer.Frame(new byte[7]), .. ScriptedPeer.Frame(new byte[500])]);
        }

        return FuzzRun.RunAsync(seeds, FramesAsync);
    }

    [Fact]
    public async Task Messages_OfAPeerWithTheKeys_NeverBreakTheTransport()
    {
        var offer = ScriptedPeer.Offer(["curve25519-sha256"], SshKeyAlgorithms.Ed25519);
        using Curve25519Exchange exchange = new();
        byte[][] seeds =
        [
            Lengths(offer, new SshWriter(MessageNumber.KexEcdhInit).WriteString(exchange.PublicKey.Span).ToArray(), [MessageNumber.NewKeys], [80, 1]),
            Lengths(new SshWriter(MessageNumber.ExtInfo).WriteUInt32(1).WriteText("server-sig-algs").WriteNames(["ssh-ed25519", "rsa-sha2-512"]).ToArray()),
            Lengths(new SshWriter(MessageNumber.Disconnect).WriteUInt32(11).WriteText("bye").WriteText("").ToArray()),
            Lengths([MessageNumber.Debug, 1, 0, 0, 0, 0, 0, 0, 0, 0], [MessageNumber.Unimplemented, 0, 0, 0, 1], [90, 1, 2], [199], [42], [20], [31], [6]),
        ];
        await FuzzRun.RunAsync(seeds, MessagesAsync);
    }

    private static byte[] Lengths(params byte[][] payloads) =>
        [.. payloads.SelectMany(static x => (byte[])[(byte)(x.Length >> 8), (byte)x.Length, .. x])];

    private async Task HandshakeAsync(byte[] input)
    {
        foreach (var isClient in (bool[])[true, false])
        {
            FedStream stream = new(ends: true, chunks: input.Chunk(input.Length > 64 ? 1000 : 7));
            try
            {
                var started = isClient
                    ? SshTransport.ConnectAsync(stream, new(), static (_, _) => ValueTask.CompletedTask, CancellationToken.None)
                    : SshTransport.AcceptAsync(stream, new(), [_key], CancellationToken.None);
                await using var transport = await started;
                while (!(await transport.ReceiveAsync(CancellationToken.None)).IsEmpty)
                {
                }
            }
            catch (SshException e) when (e.Failure is SshFailure.Protocol or SshFailure.Connection or SshFailure.HostKey)
            {
                // What a peer that does not keep to the protocol is told.
            }

            Assert.True(stream.IsDisposed);
        }
    }

    // The first byte chooses the cipher; the rest are packets as they are before they are sealed.
    private static async Task FramesAsync(byte[] input)
    {
        var suite = input.Length > 0 ? input[0] : 0;
        var cipher = SshAlgorithms.Ciphers[suite % SshAlgorithms.Ciphers.Count];
        var mac = SshAlgorithms.Macs[suite % SshAlgorithms.Macs.Count];
        DerivedKeys keys = new(HashAlgorithmName.SHA256, new byte[32], new byte[32], new byte[32], fromClient: true);
        using var sealing = PacketCiphers.Create(cipher, mac, keys);
        List<byte> stream = [];
        var rest = input.AsSpan(Math.Min(1, input.Length));
        for (uint sequence = 0; rest.Length >= 16; sequence++)
        {
            // As many bytes as the packet says; where that cannot be, what there is, under a right tag none the less.
            var said = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var count = said <= rest.Length - 4 && said >= 12 ? (int)said + 4 : rest.Length;
            byte[] packet = [.. rest[..count], .. new byte[sealing.TagSize]];
            sealing.Seal(sequence, packet);
            stream.AddRange(packet);
            rest = rest[count..];
        }

        using PacketReader reader = new(new FedStream(ends: true, chunks: stream.ToArray().Chunk(997)), new SshTransportOptions());
        reader.SwitchKeys(PacketCiphers.Create(cipher, mac, keys), resetsSequence: false);
        try
        {
            while (await reader.ReadAsync(CancellationToken.None) is { IsEmpty: false } payload)
            {
                Assert.InRange(payload.Length, 1, input.Length);
            }
        }
        catch (SshException e) when (e.Failure is SshFailure.Protocol or SshFailure.Connection)
        {
            // What a peer is told.
        }
    }

    // Each message has its length in two bytes before it; either role takes them.
    private static async Task MessagesAsync(byte[] input)
    {
        await using var pair = await TransportPair.ConnectAsync();
        var (from, to) = input.Length % 2 == 0 ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        var replies = DrainAsync(from);
        var received = DrainAsync(to);
        try
        {
            for (var at = 0; at + 2 < input.Length;)
            {
                var length = Math.Clamp((input[at] << 8) | input[at + 1], 1, input.Length - at - 2);
                await from.SendAsync(input.AsMemory(at + 2, length), default, CancellationToken.None);
                at += 2 + length;
            }

            await from.DisconnectAsync(SshDisconnectReason.ByApplication, "", CancellationToken.None);
        }
        catch (SshException)
        {
            // The other end has ended it.
        }

        await received;
        await to.DisposeAsync();
        await replies;
    }

    private static async Task DrainAsync(SshTransport transport)
    {
        try
        {
            while (!(await transport.ReceiveAsync(CancellationToken.None)).IsEmpty)
            {
            }
        }
        catch (SshException)
        {
            // What a peer is told.
        }
    }
}

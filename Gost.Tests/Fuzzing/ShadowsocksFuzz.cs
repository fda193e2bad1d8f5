using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Tests.Protocols.Shadowsocks;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Streams and packets of Shadowsocks: as anybody may send them, and, with the method that authenticates nothing, as somebody with the key may.</summary>
public sealed class ShadowsocksFuzz
{
    [Fact]
    public Task Streams_Mutated_EndInBytesOrAFault() => FuzzRun.RunAsync(
        [
            Recording.Load("ss-aes-256-gcm").FromClient(), Recording.Load("ss-aes-256-gcm").FromServer(),
            Convert.FromHexString(new string('1', 32) + "000701080808080035" + "000568656c6c6f" + "0000" + "000161"),
            Convert.FromHexString(new string('2', 32) + "000f" + "030b6578616d706c652e636f6d0050" + "000568656c6c6f"),
        ],
        RunStreamAsync);

    [Fact]
    public Task Packets_Mutated_EndInADatagramOrNone() => FuzzRun.RunAsync(
        [
            Convert.FromHexString("000102030405060708090a0b0c0d0e0f" + "c554880ecb271d9091ed872ce6a4e25ce929b3dcd15babda76c1b3cb"),
            Convert.FromHexString(new string('1', 32) + "01080808080035" + "68656c6c6f"),
            Convert.FromHexString(new string('2', 32) + "030b6578616d706c652e636f6d0050" + "68656c6c6f"),
        ],
        RunPacketAsync);

    /// <summary>Takes the bytes for a client's stream of each kind, with small and large buffers.</summary>
    internal static async Task RunStreamAsync(byte[] input)
    {
        foreach (var (method, size) in new[] { ("aes-256-gcm", 4096), ("none", 16), ("none", 4096) })
        {
            BufferPool buffers = new();
            FedStream raw = new(ends: true, chunks: input.Chunk(size == 16 ? 3 : 1000));
            await using (ShadowsocksStream stream = new(raw, ShadowsocksParts.Key(method), null, new SaltFilter(), buffers))
            {
                try
                {
                    if (await stream.ReadAddressAsync(TargetNetwork.Tcp, CancellationToken.None) is not null)
                    {
                        var payload = await ShadowsocksParts.ReadToEndAsync(stream, CancellationToken.None, size);
                        Assert.InRange(payload.Length, 0, input.Length);
                    }
                }
                catch (ShadowsocksFault)
                {
                    // What a peer that breaks the protocol is.
                }
            }

            Assert.Equal(0, buffers.Outstanding);
        }
    }

    /// <summary>Takes the bytes for one packet of each kind.</summary>
    internal static Task RunPacketAsync(byte[] input)
    {
        foreach (var method in (ReadOnlySpan<string>)["aes-128-gcm", "none"])
        {
            var packet = input.ToArray();
            ShadowsocksPackets packets = new(ShadowsocksParts.Key(method, "test"), new SaltFilter());
            if (packets.Open(packet, new SocksAddressCache()) is var (payload, address))
            {
                Assert.Equal(TargetNetwork.Udp, address.Network);
                Assert.InRange(packet[payload].Length, 0, input.Length);
            }
        }

        return Task.CompletedTask;
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

/// <summary>Bytes on the wire: the worked example of spec/wire/shadowsocks.md section 9, and what GOST was recorded to send.</summary>
public sealed class ShadowsocksWireTests
{
    private const string Salt = "000102030405060708090a0b0c0d0e0f";

    private static readonly Target Example = new(TargetNetwork.Udp, "8.8.8.8", 53);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "aes-128-gcm",
        Salt + "c45b9f24bbb3fee528965380e86735a18c6a657485062570a027aedc0fa14f94456b5190cd3f2d6824"
        + "5143103b8d78b7162083d412681b0a2c2350c315553104982e9fb6017a488747973a3cbb543326")]
    [InlineData("none", Salt + "000701080808080035" + "000568656c6c6f")]
    public async Task Stream_OfTheExample_IsMadeAndRead(string method, string hex)
    {
        await using EngineParts parts = new();
        FedStream via = new();
        await using var client = ShadowsocksParts.Client(parts.Services, method, "test").Open(via, Example, Convert.FromHexString(Salt));
        await client.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(hex, await via.NextWriteAsync());

        FedStream raw = new(ends: true, chunks: Convert.FromHexString(hex).Chunk(1));
        await using ShadowsocksStream server = new(raw, ShadowsocksParts.Key(method, "test"), null, new SaltFilter(), parts.Services.Buffers);
        Assert.Equal(Example, await server.ReadAddressAsync(TargetNetwork.Udp, Token));
        Assert.Equal("hello"u8.ToArray(), await ShadowsocksParts.ReadToEndAsync(server, Token));
    }

    [Theory]
    [InlineData("aes-128-gcm", Salt + "c554880ecb271d9091ed872ce6a4e25ce929b3dcd15babda76c1b3cb")]
    [InlineData("none", Salt + "01080808080035" + "68656c6c6f")]
    public void Packet_OfTheExample_IsMadeAndRead(string method, string hex)
    {
        ShadowsocksPackets packets = new(ShadowsocksParts.Key(method, "test"), new SaltFilter());
        SocksAddressCache addresses = new();
        var packet = new byte[100];
        Convert.FromHexString(Salt).CopyTo(packet, 0);

        var length = packets.Seal(packet, Salt.Length / 2, "hello"u8, Example, addresses);
        Assert.Equal(hex, Convert.ToHexStringLower(packet.AsSpan(0, length)));

        var opened = packets.Open(packet.AsSpan(0, length), addresses);
        Assert.NotNull(opened);
        Assert.Equal(Example, opened.Value.Address);
        Assert.Equal("hello"u8.ToArray(), packet[opened.Value.Payload]);
    }

    [Theory]
    [InlineData("ss-aes-256-gcm", "aes-256-gcm")]
    [InlineData("ss-chacha20", "chacha20-ietf-poly1305")]
    public async Task Stream_Recorded_IsReadAsTheServer(string name, string method)
    {
        var recording = Recording.Load(name);
        BufferPool buffers = new();
        FedStream raw = new(ends: true, chunks: recording.FromClient());
        await using (ShadowsocksStream server = new(raw, ShadowsocksParts.Key(method), null, new SaltFilter(), buffers))
        {
            Assert.Equal(new Target(TargetNetwork.Tcp, "127.0.0.1", recording.TargetPort), await server.ReadAddressAsync(TargetNetwork.Tcp, Token));
            Assert.Equal(recording.Payloads.SelectMany(static x => x), await ShadowsocksParts.ReadToEndAsync(server, Token));
        }

        Assert.Equal(0, buffers.Outstanding);
    }

    [Theory]
    [InlineData("ss-aes-256-gcm", "aes-256-gcm")]
    [InlineData("ss-chacha20", "chacha20-ietf-poly1305")]
    public async Task Stream_Recorded_IsReproducedAsTheClient(string name, string method)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);
        FedStream via = new(ends: true, chunks: recording.FromServer());
        Target target = new(TargetNetwork.Tcp, "127.0.0.1", recording.TargetPort);
        await using var client = ShadowsocksParts.Client(parts.Services, method).Open(via, target, recording.FromClient().AsSpan(0, 32));
        List<byte> sent = [];
        foreach (var payload in recording.Payloads)
        {
            await client.WriteAsync(payload, Token);
            sent.AddRange(await via.Writes.ReadAsync(Token));
        }

        Assert.Equal(recording.FromClient(), sent);
        Assert.Equal(recording.Payloads.SelectMany(static x => x), await ShadowsocksParts.ReadToEndAsync(client, Token));
    }
}

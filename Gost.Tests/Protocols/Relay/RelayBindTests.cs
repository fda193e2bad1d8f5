using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Relay;

/// <summary>Binds as a client of GOST's sees them, byte by byte. Source: spec/wire/relay.md sections 7 and 8, recordings relay-bind-*.</summary>
[BothLanes]
public sealed class RelayBindTests
{
    private const int SmuxHeader = 8;
    private const byte Syn = 0;
    private const byte Push = 2;
    private const byte Nop = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0102000f" + "0400020000" + "02000701" + "7f0000010000")]
    [InlineData("01020017" + "0400020000" + "02000f03" + "0b" + "302e302e302e303a3a3030" + "0000")] // "0.0.0.0::00", as newer connectors write ":0"
    public async Task Streams_Bound_CarryEachPeerInAGreeting(string request)
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts);
        using var tunnel = await LoopbackClient.ConnectAsync(service.Port, Token);
        await tunnel.SendAsync(Convert.FromHexString(request), Token);
        var head = await tunnel.ReceiveAllAsync(4, Token);
        Assert.Equal("0100", Convert.ToHexStringLower(head[..2]));
        var feature = await tunnel.ReceiveAllAsync(head[3], Token);
        var port = BinaryPrimitives.ReadUInt16BigEndian(feature.AsSpan(feature.Length - 2));

        using var outside = await LoopbackClient.ConnectAsync(port, Token);
        await outside.SendAsync("hello"u8.ToArray(), Token);

        var peer = (ushort)((IPEndPoint)outside.LocalEndPoint!).Port; // connected
        Assert.Equal((Syn, 3u, ""), await FrameAsync(tunnel));
        Assert.Equal((Push, 3u, $"0100000a020007017f000001{peer:x4}"), await FrameAsync(tunnel));
        Assert.Equal((Push, 3u, "68656c6c6f"), await FrameAsync(tunnel));
        await tunnel.SendAsync(Convert.FromHexString("0102030003000000627965"), Token);
        Assert.Equal("bye"u8.ToArray(), await outside.ReceiveAllAsync(3, Token));
    }

    [Fact]
    public async Task Streams_PortTaken_IsRefusedAsUnavailable()
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts);
        await using var taken = TcpTarget.Echo();
        using var tunnel = await LoopbackClient.ConnectAsync(service.Port, Token);

        await tunnel.SendAsync(Convert.FromHexString($"0102000f0400020000020007017f000001{taken.Port:x4}"), Token);

        Assert.Equal("01050000", Convert.ToHexStringLower(await tunnel.ReceiveAllAsync(5, Token)));
    }

    [Fact]
    public async Task Datagrams_Bound_NameTheirPeers()
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts);
        using var tunnel = await LoopbackClient.ConnectAsync(service.Port, Token);
        await tunnel.SendAsync(Convert.FromHexString("0182000f0400020001020007017f0000010000"), Token);
        var response = await tunnel.ReceiveAllAsync(14, Token);
        Assert.Equal("0100000a020007017f000001", Convert.ToHexStringLower(response[..12]));
        using Socket outside = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await outside.ConnectAsync(IPAddress.Loopback, BinaryPrimitives.ReadUInt16BigEndian(response.AsSpan(12)), Token);

        await outside.SendAsync("hello"u8.ToArray(), Token);
        var peer = (ushort)((IPEndPoint)outside.LocalEndPoint!).Port; // connected
        Assert.Equal($"0005ff017f000001{peer:x4}68656c6c6f", Convert.ToHexStringLower(await tunnel.ReceiveAllAsync(15, Token)));
        await tunnel.SendAsync(Convert.FromHexString($"0003ff017f000001{peer:x4}627965"), Token);

        var answer = new byte[100];
        Assert.Equal("bye"u8.ToArray(), answer[..await outside.ReceiveAsync(answer, Token)]);
    }

    [Fact]
    public async Task Datagrams_PortTaken_EndTheConnectionWithoutAnAnswer()
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts);
        await using UdpTarget taken = new("t");
        using var tunnel = await LoopbackClient.ConnectAsync(service.Port, Token);

        await tunnel.SendAsync(Convert.FromHexString($"0182000f0400020001020007017f000001{taken.Port:x4}"), Token);

        Assert.Empty(await tunnel.ReceiveAllAsync(1, Token));
    }

    private static async Task<StreamService> StartAsync(EngineParts parts)
    {
        ServiceConfig config = new()
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "relay", Metadata = new ConfigMap<object?>([KeyValuePair.Create<string, object?>("bind", true)]) },
        };
        var service = await StreamService.BindAsync(parts.Services, config, (_, ct) => StreamService.DialAsync(0, ct));
        service.Run();
        return service;
    }

    /// <summary>The next frame that is not a NOP: command, stream, payload.</summary>
    private static async Task<(byte Command, uint Stream, string Payload)> FrameAsync(Socket socket)
    {
        while (true)
        {
            var header = await socket.ReceiveAllAsync(SmuxHeader, Token);
            var payload = await socket.ReceiveAllAsync(BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)), Token);
            if (header[1] != Nop)
            {
                return (header[1], BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)), Convert.ToHexStringLower(payload));
            }
        }
    }
}

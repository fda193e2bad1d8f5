using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Relay;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Relay;

public sealed class RelayMessagesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Request_ConnectWithCredentials_NamesNoNetwork()
    {
        var request = RelayMessages.Request(
            RelayCommand.Connect, RelayNetwork.Tcp, RelayMessages.Credentials("user", "pass"), new Target(TargetNetwork.Tcp, "example.com", 80));

        Assert.Equal("0101001f01000a0475736572047061737302000f030b6578616d706c652e636f6d0050", Convert.ToHexStringLower(request));
    }

    [Fact]
    public void Request_Datagrams_HasFlagAndNetworkFirst()
    {
        var request = RelayMessages.Request(
            RelayCommand.Connect, RelayNetwork.Udp, RelayMessages.Credentials("u", "p"), new Target(TargetNetwork.Udp, "8.8.8.8", 53));

        Assert.Equal("01810016" + "0400020001" + "01000401750170" + "0200070108080808" + "0035", Convert.ToHexStringLower(request));
    }

    [Theory]
    [InlineData((ushort)RelayNetwork.Tcp, "0.0.0.0", 8080, "0102000f" + "0400020000" + "02000701000000001f90")]
    [InlineData((ushort)RelayNetwork.Udp, "0.0.0.0", 8080, "0182000f" + "0400020001" + "02000701000000001f90")]
    [InlineData((ushort)RelayNetwork.Tcp, "", 27902, "0102000c" + "0400020000" + "02000403006cfe")]
    public void Request_Bind_NamesTheNetwork(ushort network, string host, int port, string expected)
    {
        var request = RelayMessages.Request(RelayCommand.Bind, (RelayNetwork)network, [], new Target(TargetNetwork.Tcp, host, port));

        Assert.Equal(expected, Convert.ToHexStringLower(request));
    }

    [Fact]
    public void Request_BindWithCredentials_NamesThemBeforeTheNetwork()
    {
        var request = RelayMessages.Request(
            RelayCommand.Bind, RelayNetwork.Tcp, RelayMessages.Credentials("u", "p"), new Target(TargetNetwork.Tcp, "1.2.3.4", 1));

        Assert.Equal("01020016" + "01000401750170" + "0400020000" + "020007010102030400" + "01", Convert.ToHexStringLower(request));
    }

    [Fact]
    public void Response_Address_IsOfTheBoundFamily()
    {
        Assert.Equal("01000000", Convert.ToHexStringLower(RelayMessages.Response(RelayStatus.Ok)));
        Assert.Equal(
            "01000016" + "02001304" + new string('0', 32) + "1f90",
            Convert.ToHexStringLower(RelayMessages.Response(RelayStatus.Ok, new IPEndPoint(IPAddress.IPv6Any, 8080))));
        Assert.Equal(
            "0100000a" + "02000701c0000207c738",
            Convert.ToHexStringLower(RelayMessages.Response(RelayStatus.Ok, new IPEndPoint(IPAddress.Parse("192.0.2.7"), 51000))));
    }

    [Fact]
    public async Task Read_RequestByteByByte_TakesNotAByteOfThePayload()
    {
        var request = Convert.FromHexString("0101001f01000a0475736572047061737302000f030b6578616d706c652e636f6d0050");
        await using FedStream stream = new(ends: true, chunks: [.. request.Select(static x => new[] { x }), "payload"u8.ToArray()]);
        RelayMessageReader reader = new();

        Assert.True(await reader.ReadAsync(stream, Token));

        Assert.Equal((byte)RelayCommand.Connect, reader.Code);
        var features = reader.Features(isUdp: false);
        Assert.Equal(("user", "pass", RelayNetwork.Tcp), (features.Username, features.Password, features.Network));
        Assert.Equal(new Target(TargetNetwork.Tcp, "example.com", 80), features.Address);
        var rest = new byte[100];
        Assert.Equal(7, await stream.ReadAsync(rest, Token));
    }

    [Fact]
    public async Task Read_CancelledHalfWay_GoesOnLater()
    {
        await using FedStream stream = new();
        stream.Feed("0100");
        RelayMessageReader reader = new();
        using CancellationTokenSource cancellation = new();
        var reading = reader.ReadAsync(stream, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        stream.Feed("0000");

        Assert.True(await reader.ReadAsync(stream, Token));

        Assert.Equal((byte)RelayStatus.Ok, reader.Code);
    }

    [Fact]
    public async Task Read_LongestFeatures_Grows()
    {
        // Three features of a tunnel, which are of no use here, and the last byte at the end of what a message can hold.
        byte[] tunnel = [3, 0x55, 0x52, .. new byte[0x5552]];
        byte[] message = [1, 1, 0xff, 0xff, .. tunnel, .. tunnel, .. tunnel];
        await using FedStream stream = new(ends: true, chunks: [.. message.Chunk(700)]);
        RelayMessageReader reader = new();

        Assert.Equal(4 + 65535, message.Length);
        Assert.True(await reader.ReadAsync(stream, Token));
        Assert.Null(reader.Features(isUdp: false).Address);
    }

    [Theory]
    [InlineData("02")]
    [InlineData("05010002")]
    [InlineData("0101000a0200")]
    [InlineData("01")]
    public async Task Read_OtherProtocolOrCutShort_IsAHandshakeFault(string hex)
    {
        await using FedStream stream = new(ends: true, chunks: [Convert.FromHexString(hex)]);

        var fault = await Assert.ThrowsAsync<FlowException>(() => new RelayMessageReader().ReadAsync(stream, Token).AsTask());

        Assert.Equal(FlowLayer.Handshake, fault.Layer);
    }

    [Theory]
    [InlineData("050000")] // unknown type
    [InlineData("0200")] // no length
    [InlineData("020007017f0000")] // value cut short
    [InlineData("02000401010101")] // address too short for its type
    [InlineData("02000405000050")] // unknown kind of address
    [InlineData("01000105")] // a name longer than its value
    [InlineData("0100040175057a")] // a password longer than its value
    [InlineData("04000100")] // half a network
    [InlineData("03000f000000000000000000000000000000")] // a tunnel's name too short
    public void Features_Malformed_FailTheMessage(string hex) => Assert.False(RelayFeatures.TryRead(Convert.FromHexString(hex), isUdp: false, out _));

    [Fact]
    public void Features_Repeated_LastCountsAndOrderDoesNot()
    {
        Assert.True(RelayFeatures.TryRead(
            Convert.FromHexString("020007010101010100500400020001020007010202020200" + "51" + "030014" + new string('0', 40) + "01000401750170"), isUdp: false, out var features));

        Assert.Equal(new Target(TargetNetwork.Udp, "2.2.2.2", 81), features.Address);
        Assert.Equal(new Target(TargetNetwork.Udp, "1.1.1.1", 80), features.FirstAddress);
        Assert.Equal(("u", "p", RelayNetwork.Udp), (features.Username, features.Password, features.Network));
    }

    [Theory]
    [InlineData("0400020010", (ushort)RelayNetwork.Unix)]
    [InlineData("0400020077", (ushort)RelayNetwork.Tcp)]
    [InlineData("040003000199", (ushort)RelayNetwork.Udp)]
    public void Features_Network_UnknownIsTcp(string hex, ushort expected)
    {
        Assert.True(RelayFeatures.TryRead(Convert.FromHexString(hex), isUdp: false, out var features));

        Assert.Equal((RelayNetwork)expected, features.Network);
    }
}

using Gost.Ssh;
using Gost.Ssh.Channels;
using Gost.Ssh.Messages;
using Xunit;

namespace Gost.Tests.Ssh.Channels;

/// <summary>A connection of ours against a peer whose messages are written here.</summary>
public sealed class ChannelProtocolTests : IAsyncDisposable
{
    private const uint Window = 2 * 1024 * 1024;

    private readonly PacketPair _packets = new();
    private readonly SshConnection _connection;

    public ChannelProtocolTests() => _connection = ConnectionPair.Connect(_packets.Near);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _packets.DisposeAsync();
    }

    // Source: spec/wire/ssh.md section 7.
    [Fact]
    public async Task Open_IsTheRecordedMessage()
    {
        var data = ForwardMessages.WriteTcpIp(new SshTcpIpChannel("example.com", 80, "0.0.0.0", 0));
        var opened = _connection.OpenChannelAsync("direct-tcpip", data, Token).AsTask();

        Assert.Equal(
            "5a0000000c6469726563742d74637069700000000000200000000080000000000b6578616d706c652e636f6d0000005000000007302e302e302e3000000000",
            Convert.ToHexStringLower(await ReceiveAsync()));
        Assert.False(opened.IsCompleted);
    }

    [Fact]
    public async Task Forward_IsTheRecordedMessage()
    {
        var asked = _connection.RequestAsync("tcpip-forward", ForwardMessages.WriteBind("0.0.0.0", 8080), Token).AsTask();

        Assert.Equal("500000000d74637069702d666f72776172640100000007302e302e302e3000001f90", Convert.ToHexStringLower(await ReceiveAsync()));
        await SendAsync([MessageNumber.RequestSuccess, 0, 0, 0x9c, 0x40]);
        Assert.Equal((ushort)40_000, ForwardMessages.ReadBoundPort(await asked));
    }

    [Fact]
    public async Task Ping_IsAnsweredAsGostAnswersIt()
    {
        await SendAsync(Convert.FromHexString("500000000470696e6701"));

        Assert.Equal("51706f6e67", Convert.ToHexStringLower(await ReceiveAsync()));
    }

    [Fact]
    public async Task Accepted_ConfirmsBeforeAnythingElse()
    {
        await SendAsync(OpenOf(7, window: 3, packet: 2));
        var opening = await _connection.AcceptChannelAsync(Token);
        await using var channel = opening!.Accept();
        var writing = channel.WriteAsync("abcde"u8.ToArray(), Token).AsTask();

        Assert.Equal(
            new SshWriter(MessageNumber.ChannelOpenConfirmation).WriteUInt32(7).WriteUInt32(0).WriteUInt32(Window).WriteUInt32(32768).ToArray(), await ReceiveAsync());

        // As much as the window allows, in messages as large as the peer takes.
        Assert.Equal(DataOf(7, "ab"), await ReceiveAsync());
        Assert.Equal(DataOf(7, "c"), await ReceiveAsync());
        Assert.False(writing.IsCompleted);
        await SendAsync(AdjustOf(0, 100));
        Assert.Equal(DataOf(7, "de"), await ReceiveAsync());
        await writing;

        await channel.CompleteWritesAsync(Token);
        Assert.Equal(Of(MessageNumber.ChannelEof, 7), await ReceiveAsync());
        await SendAsync(Of(MessageNumber.ChannelEof, 0));
        Assert.Equal(0, await channel.ReadAsync(new byte[1], Token));
        await SendAsync(Of(MessageNumber.ChannelClose, 0));
        Assert.Equal(Of(MessageNumber.ChannelClose, 7), await ReceiveAsync());

        // The number is free again.
        await SendAsync(OpenOf(8));
        (await _connection.AcceptChannelAsync(Token))!.Accept();
        Assert.Equal(0u, ReadId(await ReceiveAsync(), 5));
    }

    [Fact]
    public async Task Window_IsGivenBackInHalves()
    {
        await using var channel = await AcceptAsync();
        var half = (int)Window / 2;
        for (var sent = 0; sent < half; sent += 32 * 1024)
        {
            await SendAsync(DataOf(0, new byte[32 * 1024]));
        }

        await channel.ReadExactlyAsync(new byte[half - 1], Token);
        await channel.ReadExactlyAsync(new byte[1], Token);

        Assert.Equal(AdjustOf(7, half), await ReceiveAsync());
    }

    [Fact]
    public async Task ErrorOutput_IsDroppedAndGivenBack()
    {
        await using var channel = await AcceptAsync();
        for (var sent = 0; sent < Window / 2; sent += 32 * 1024)
        {
            await SendAsync(new SshWriter(MessageNumber.ChannelExtendedData).WriteUInt32(0).WriteUInt32(1).WriteString(new byte[32 * 1024]).ToArray());
        }

        Assert.Equal(AdjustOf(7, (int)Window / 2), await ReceiveAsync());
    }

    [Fact]
    public async Task RequestsAboutAChannel_AreRefused()
    {
        await using var channel = await AcceptAsync();
        await SendAsync(new SshWriter(MessageNumber.ChannelRequest).WriteUInt32(0).WriteText("shell").WriteBoolean(false).ToArray());
        await SendAsync(new SshWriter(MessageNumber.ChannelRequest).WriteUInt32(0).WriteText("exec").WriteBoolean(true).WriteText("id").ToArray());

        Assert.Equal(Of(MessageNumber.ChannelFailure, 7), await ReceiveAsync());
    }

    [Fact]
    public async Task UnknownMessages_AreNotUnderstoodAndLoginsIgnored()
    {
        await SendAsync([MessageNumber.UserAuthRequest, 1, 2, 3]);
        await SendAsync([192]);
        await SendAsync(Convert.FromHexString("500000000470696e6701"));
        await ReceiveAsync();

        Assert.Equal(1, _packets.Near.Unimplemented);
        Assert.True(_connection.IsOpen);
    }

    [Fact]
    public async Task DataThatNobodyReads_EndsAtTheWindow()
    {
        await using var channel = await AcceptAsync();
        for (var sent = 0; sent < Window; sent += 32 * 1024)
        {
            await SendAsync(DataOf(0, new byte[32 * 1024]));
        }

        await SendAsync(DataOf(0, "x"));

        await BrokenAsync("the SSH peer sent more than the window of a channel allows");
    }

    [Fact]
    public async Task Adjust_BeyondWhatCanBeCounted_IsAnError()
    {
        await using var channel = await AcceptAsync();
        await SendAsync(AdjustOf(0, -1));

        await BrokenAsync("the SSH peer opened the window of a channel too far");
    }

    public static TheoryData<string, byte[]> Wrong => new()
    {
        { "data for no channel", DataOf(5, "x") },
        { "data of another length", [.. DataOf(0, "x"), 0] },
        { "data cut short", DataOf(0, "xy")[..^1] },
        { "more than a message takes", DataOf(0, new byte[(32 * 1024) + 1]) },
        { "an adjustment for no channel", AdjustOf(5, 1) },
        { "an end for no channel", Of(MessageNumber.ChannelEof, 5) },
        { "a close with more behind", [.. Of(MessageNumber.ChannelClose, 0), 1] },
        { "a confirmation nobody asked for", new SshWriter(MessageNumber.ChannelOpenConfirmation).WriteUInt32(0).WriteUInt32(0).WriteUInt32(1).WriteUInt32(1).ToArray() },
        { "a refusal nobody asked for", new SshWriter(MessageNumber.ChannelOpenFailure).WriteUInt32(9).WriteUInt32(1).WriteText("").WriteText("").ToArray() },
        { "an answer to no request", [MessageNumber.RequestSuccess] },
        { "a refusal of no request", [MessageNumber.RequestFailure] },
        { "an answer to no channel request", Of(MessageNumber.ChannelSuccess, 0) },
        { "a channel that takes nothing", OpenOf(9, packet: 0) },
        { "an open cut short", OpenOf(9)[..12] },
        { "a request cut short", [MessageNumber.GlobalRequest, 0, 0, 0, 9] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task PeerThatDoesNotKeepToTheProtocol_IsLeft(string what, byte[] message)
    {
        await using var channel = await AcceptAsync();
        await SendAsync(message);

        await _connection.Completion;

        Assert.Equal(SshFailure.Protocol, (_connection.Fault as SshException)?.Failure);
        await _connection.DisposeAsync();
        Assert.True(_packets.Near.IsDisposed, what);
        Assert.Equal(SshDisconnectReason.ProtocolError, _packets.Near.Disconnected?.Reason);
    }

    [Fact]
    public async Task DataAfterTheEnd_IsAnError()
    {
        await using var channel = await AcceptAsync();
        await SendAsync(Of(MessageNumber.ChannelEof, 0));
        await SendAsync(DataOf(0, "x"));

        await BrokenAsync("the SSH peer sent data after the end of a channel");
    }

    [Fact]
    public async Task DataForAChannelThatWeClosed_IsTakenUntilThePeerHasClosedToo()
    {
        var channel = await AcceptAsync();
        await channel.DisposeAsync();
        Assert.Equal(Of(MessageNumber.ChannelEof, 7), await ReceiveAsync());
        Assert.Equal(Of(MessageNumber.ChannelClose, 7), await ReceiveAsync());

        await SendAsync(DataOf(0, "late"));
        await SendAsync(Of(MessageNumber.ChannelClose, 0));
        await SendAsync(DataOf(0, "too late"));

        await BrokenAsync("the SSH peer speaks of a channel that is not open");
    }

    [Fact]
    public async Task RequestsThatAreNotAnswered_EndTheConnectionBeforeTheyFillMemory()
    {
        await using var channel = await AcceptAsync();
        for (var i = 0; i < 1025; i++)
        {
            await SendAsync(new SshWriter(MessageNumber.GlobalRequest).WriteText("a").WriteBoolean(true).ToArray());
        }

        await BrokenAsync("the SSH peer has too many requests that wait for an answer");
    }

    private async Task<SshChannel> AcceptAsync()
    {
        await SendAsync(OpenOf(7));
        var channel = (await _connection.AcceptChannelAsync(Token))!.Accept();
        Assert.Equal(MessageNumber.ChannelOpenConfirmation, (await ReceiveAsync())[0]);
        return channel;
    }

    private async Task BrokenAsync(string message)
    {
        await _connection.Completion;
        Assert.Equal(message, _connection.Fault?.Message);
    }

    private ValueTask SendAsync(byte[] message) => _packets.Far.SendAsync(message);

    private async Task<byte[]> ReceiveAsync() => (await _packets.Far.ReceiveAsync(Token)).ToArray();

    private static uint ReadId(byte[] message, int at) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(at));

    private static byte[] OpenOf(uint id, uint window = 1 << 20, uint packet = 32768) =>
        new SshWriter(MessageNumber.ChannelOpen).WriteText("a-type").WriteUInt32(id).WriteUInt32(window).WriteUInt32(packet).ToArray();

    private static byte[] Of(byte message, uint id) => new SshWriter(message).WriteUInt32(id).ToArray();

    private static byte[] AdjustOf(uint id, int count) => new SshWriter(MessageNumber.ChannelWindowAdjust).WriteUInt32(id).WriteUInt32((uint)count).ToArray();

    private static byte[] DataOf(uint id, string text) => DataOf(id, System.Text.Encoding.ASCII.GetBytes(text));

    private static byte[] DataOf(uint id, byte[] bytes) => new SshWriter(MessageNumber.ChannelData).WriteUInt32(id).WriteString(bytes).ToArray();
}

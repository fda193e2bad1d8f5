using System.Net;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

/// <summary>The handlers with clients that have no key, play recordings, or say nothing.</summary>
[BothLanes]
public sealed class ShadowsocksServiceTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 40000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ss")]
    [InlineData("ssu")]
    public async Task Stream_WithoutTheKey_IsReadOnUntilTheTimeIsOver(string type)
    {
        FakeTimeProvider time = new();
        await using EngineParts parts = new(time);
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service(type, "aes-256-gcm"));
        FedStream raw = new(chunks: [RandomBytes(100), RandomBytes(1000)]);
        await using Inbound inbound = new(raw, Client, Client, null);

        var serving = handler.HandleAsync(inbound, Token).AsTask();
        raw.Feed(RandomBytes(5000));
        Assert.False(serving.IsCompleted);
        Assert.False(raw.Writes.TryRead(out _));
        time.Advance(TimeSpan.FromSeconds(15));

        var fault = await Assert.ThrowsAsync<FlowException>(() => serving);
        Assert.Equal((FlowLayer.Authentication, FlowError.Unauthenticated), (fault.Layer, fault.Error));
        Assert.True(raw.IsDisposed);
        Assert.False(raw.Writes.TryRead(out _));
    }

    [Fact]
    public async Task Stream_WithoutTheKey_EndsWithTheClient()
    {
        await using EngineParts parts = new(new FakeTimeProvider());
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ss", "aes-256-gcm"));
        await using Inbound inbound = new(new FedStream(ends: true, chunks: RandomBytes(1000)), Client, Client, null);

        var fault = await Assert.ThrowsAsync<FlowException>(() => handler.HandleAsync(inbound, Token).AsTask());

        Assert.Equal(FlowError.Unauthenticated, fault.Error);
    }

    [Fact]
    public async Task Stream_ThatSaysTooLittle_IsEndedInTime()
    {
        FakeTimeProvider time = new();
        await using EngineParts parts = new(time);
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ss", "aes-256-gcm", ("readTimeout", "3s")));
        FedStream raw = new(chunks: RandomBytes(40));
        await using Inbound inbound = new(raw, Client, Client, null);

        var serving = handler.HandleAsync(inbound, Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(3));

        var fault = await Assert.ThrowsAsync<FlowException>(() => serving);
        Assert.Equal(FlowError.TimedOut, fault.Error);
        Assert.True(raw.IsDisposed);
    }

    [Fact]
    public async Task Stream_ThatEndsWithoutAByte_IsNoFault()
    {
        await using EngineParts parts = new();
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ss", "none"));
        await using Inbound inbound = new(new FedStream(ends: true), Client, Client, null);

        await handler.HandleAsync(inbound, Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_PlayedAgain_IsServedOnce_AlsoWhenTheServiceWasChanged(bool changes)
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        var before = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ss", "aes-128-gcm"));
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ss", "aes-128-gcm"));
        FedStream recorder = new();
        await using var client = await ShadowsocksParts.Client(parts.Services, "aes-128-gcm")
            .OpenAsync(recorder, new Target(TargetNetwork.Tcp, "127.0.0.1", target.Port));
        await client.WriteAsync("hello"u8.ToArray(), Token);
        var recorded = await recorder.Writes.ReadAsync(Token);

        await ServeAsync(changes ? before : handler);
        var fault = await Assert.ThrowsAsync<FlowException>(() => ServeAsync(handler));
        GC.KeepAlive(before);

        Assert.Contains("played again", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, target.Accepted);

        async Task ServeAsync(IHandler by)
        {
            await using Inbound inbound = new(new FedStream(ends: true, chunks: recorded), Client, Client, null);
            await by.HandleAsync(inbound, Token);
        }
    }

    [Fact]
    public async Task Stream_TargetThatIsNotReached_IsClosedWithoutAByte()
    {
        await using EngineParts parts = new();
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ss", "aes-128-gcm"));
        using ClosedPort closed = new();
        FedStream recorder = new();
        await using var client = await ShadowsocksParts.Client(parts.Services, "aes-128-gcm")
            .OpenAsync(recorder, new Target(TargetNetwork.Tcp, "127.0.0.1", closed.Port));
        await client.WriteAsync("hello"u8.ToArray(), Token);
        FedStream raw = new(chunks: await recorder.Writes.ReadAsync(Token));
        await using Inbound inbound = new(raw, Client, Client, null);

        var fault = await Assert.ThrowsAsync<FlowException>(() => handler.HandleAsync(inbound, Token).AsTask());

        Assert.Equal(FlowError.Refused, fault.Error);
        Assert.True(raw.IsDisposed);
        Assert.False(raw.Writes.TryRead(out _));
    }

    [Fact]
    public async Task Packet_WithoutTheKey_OpensNothing()
    {
        await using EngineParts parts = new();
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ssu", "aes-128-gcm"));
        PacketQueue packets = new(RandomBytes(100));
        await using Inbound inbound = new(packets, Client, Client, null);

        var fault = await Assert.ThrowsAsync<FlowException>(() => handler.HandleAsync(inbound, Token).AsTask());

        Assert.Equal(FlowError.Unauthenticated, fault.Error);
        Assert.True(packets.IsDisposed);
    }

    [Fact]
    public async Task Packets_GoodBadAndRepeated_OnlyGoodOnesAreReadAndAnsweredWithTheirSource()
    {
        await using EngineParts parts = new();
        await using UdpTarget target = new("t");
        var handler = ShadowsocksParts.Handler(parts.Services, ShadowsocksParts.Service("ssu", "aes-128-gcm"));
        SocksAddressCache addresses = new();
        ShadowsocksPackets peer = new(ShadowsocksParts.Key("aes-128-gcm"), new SaltFilter());
        Target to = new(TargetNetwork.Udp, "127.0.0.1", target.Port);
        var (first, second) = (Packet("one"), Packet("two"));
        PacketQueue packets = new(first, RandomBytes(3), first, RandomBytes(60), second);
        await using Inbound inbound = new(packets, Client, Client, null);

        var serving = handler.HandleAsync(inbound, Token).AsTask();
        string[] answers = [await AnswerAsync(), await AnswerAsync()];
        await packets.DisposeAsync();
        await serving;

        Assert.Equal(["t:1:one", "t:1:two"], answers.Order(StringComparer.Ordinal));
        Assert.Equal((6, 14), (inbound.Counters.InputBytes, inbound.Counters.OutputBytes));

        byte[] Packet(string text)
        {
            var packet = new byte[200];
            return packet[..peer.Seal(packet, Encoding.ASCII.GetBytes(text), to, addresses)];
        }

        async Task<string> AnswerAsync()
        {
            var answer = await packets.Sent.ReadAsync(Token);
            var opened = peer.Open(answer, addresses);
            Assert.NotNull(opened);
            Assert.Equal(to, opened.Value.Address);
            return Encoding.ASCII.GetString(answer[opened.Value.Payload]);
        }
    }

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}

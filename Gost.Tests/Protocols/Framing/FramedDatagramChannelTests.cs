using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Framing;

public sealed class FramedDatagramChannelTests
{
    private static readonly Target Dns = new(TargetNetwork.Udp, "8.8.8.8", 53);

    private readonly BufferPool _buffers = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_ToTarget_WritesLengthFragmentAndAddress()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using (var channel = Channel(pair, Dns))
        {
            await channel.SendAsync("hello"u8.ToArray(), null, Cancel);
            Assert.Equal("0005ff01080808080035" + "68656c6c6f", Convert.ToHexStringLower(await pair.Far.ReceiveExactlyAsync(15, Cancel)));
            await channel.SendAsync("ok"u8.ToArray(), new Target(TargetNetwork.Udp, "a.b", 1), Cancel);
            Assert.Equal("0002ff0303612e620001" + "6f6b", Convert.ToHexStringLower(await pair.Far.ReceiveExactlyAsync(12, Cancel)));
        }

        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Send_EmptyAndTooLong_DropsTheOneAndCutsTheOther()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using var channel = Channel(pair, null, maxPayload: 4);
        await channel.SendAsync(ReadOnlyMemory<byte>.Empty, Dns, Cancel);
        await channel.SendAsync("12345"u8.ToArray(), null, Cancel);
        Assert.Equal("0004ff01000000000000" + "31323334", Convert.ToHexStringLower(await pair.Far.ReceiveExactlyAsync(14, Cancel)));
    }

    [Fact]
    public async Task Receive_BytePerByte_GivesWholeDatagrams()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using (var channel = Channel(pair, null))
        {
            var sending = SendSlowlyAsync(pair.Far, Convert.FromHexString("0005ff0108080808003568656c6c6f" + "0001000303612e62000179" + "00000001080808080035"));
            Assert.Equal(("hello", Dns), await NextAsync(channel));
            Assert.Equal(("y", new Target(TargetNetwork.Udp, "a.b", 1)), await NextAsync(channel));
            Assert.Equal(("", Dns), await NextAsync(channel));
            await sending;
            pair.Far.Shutdown(SocketShutdown.Send);
            Assert.False(await channel.WaitToReceiveAsync(Cancel));
            Assert.Null(await channel.ReceiveAsync(new byte[8], Cancel));
        }

        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Receive_LargestDatagrams_PassWholeAndInOrder()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using var receiver = Channel(pair, null, maxPayload: ushort.MaxValue);
        await using FramedDatagramChannel sender = new(new SocketDuplexStream(pair.Far), Dns, ushort.MaxValue, _buffers);
        var sending = SendManyAsync(sender);
        var buffer = new byte[ushort.MaxValue];
        for (var i = 0; i < 8; i++)
        {
            var datagram = await receiver.ReceiveAsync(buffer, Cancel);
            Assert.Equal(ushort.MaxValue - i, datagram?.Length);
            Assert.All(buffer[..(ushort.MaxValue - i)], x => Assert.Equal(i, x));
        }

        await sending;
    }

    [Fact]
    public async Task Receive_SmallBuffer_CutsAndStaysInStep()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using var channel = Channel(pair, null);
        await pair.Far.SendAsync(Convert.FromHexString("0005ff0108080808003568656c6c6f" + "0001ff0108080808003579"), Cancel);
        var buffer = new byte[2];
        Assert.Equal(2, (await channel.ReceiveAsync(buffer, Cancel))?.Length);
        Assert.Equal(("y", Dns), await NextAsync(channel));
    }

    [Theory]
    [InlineData("0001ff02")]
    [InlineData("47455420")]
    public async Task Receive_NoDatagram_Throws(string bytes)
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using var channel = Channel(pair, null);
        await pair.Far.SendAsync(Convert.FromHexString(bytes), Cancel);
        await Assert.ThrowsAsync<IOException>(async () => await channel.ReceiveAsync(new byte[8], Cancel));
    }

    [Fact]
    public async Task Receive_CutOffWithinADatagram_IsTheEnd()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using (var channel = Channel(pair, null))
        {
            await pair.Far.SendAsync(Convert.FromHexString("0005ff0108080808003568"), Cancel);
            pair.Far.Shutdown(SocketShutdown.Send);
            Assert.Null(await channel.ReceiveAsync(new byte[8], Cancel));
        }

        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Receive_ResetConnection_ThrowsNoSocketException()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using var channel = Channel(pair, null);
        var waiting = channel.WaitToReceiveAsync(Cancel).AsTask();
        pair.Far.LingerState = new LingerOption(true, 0);
        pair.Far.Dispose();
        await Assert.ThrowsAsync<IOException>(() => waiting);
    }

    [Fact]
    public async Task Dispose_WhileReceiving_EndsItAndDeliversWhatWasSent()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        var channel = Channel(pair, Dns);
        var waiting = channel.ReceiveAsync(new byte[8], Cancel).AsTask();
        await channel.SendAsync("hello"u8.ToArray(), null, Cancel);
        await channel.DisposeAsync();
        await channel.DisposeAsync();
        Assert.Null(await waiting);
        Assert.Equal(15, (await pair.Far.ReceiveExactlyAsync(15, Cancel)).Length);
        Assert.Equal(0, await pair.Far.ReceiveAsync(new byte[1], Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await channel.SendAsync(new byte[1], null, Cancel));
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Send_ManyAtOnce_KeepsDatagramsWhole()
    {
        using var pair = await SocketPair.CreateAsync(Cancel);
        await using var receiver = Channel(pair, null);
        await using FramedDatagramChannel sender = new(new SocketDuplexStream(pair.Far), null, 4096, _buffers);
        const int Senders = 50;
        var sending = Task.WhenAll(Enumerable.Range(1, Senders).Select(async i =>
            await sender.SendAsync(Enumerable.Repeat((byte)i, i * 20).ToArray(), new Target(TargetNetwork.Udp, "10.0.0.1", i), Cancel)));
        var buffer = new byte[4096];
        HashSet<int> seen = [];
        for (var i = 0; i < Senders; i++)
        {
            var datagram = await receiver.ReceiveAsync(buffer, Cancel);
            var port = datagram!.Value.From!.Port; // it has not ended
            Assert.Equal(port * 20, datagram.Value.Length);
            Assert.All(buffer[..datagram.Value.Length], x => Assert.Equal(port, x));
            Assert.True(seen.Add(port));
        }

        await sending;
    }

    [Fact]
    public async Task Steady_Flow_AllocatesNothing()
    {
        OptimizedBuild.Require();
        EchoedStream loop = new();
        await using FramedDatagramChannel receiver = new(loop, null, 4096, _buffers);
        await using FramedDatagramChannel sender = new(loop, null, 4096, _buffers);
        var payload = new byte[1000];
        var buffer = new byte[4096];
        Target[] targets = [Dns, new(TargetNetwork.Udp, "10.1.2.3", 9)];
        Exchange(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int datagrams)
        {
            for (var i = 0; i < datagrams; i++)
            {
                // Everything completes at once. The asserts and the test's token would allocate.
                sender.SendAsync(payload, targets[i % 2], CancellationToken.None).GetAwaiter().GetResult();
                var ready = receiver.WaitToReceiveAsync(CancellationToken.None).GetAwaiter().GetResult();
                var datagram = receiver.ReceiveAsync(buffer, CancellationToken.None).GetAwaiter().GetResult();
                if (!ready || datagram is not { Length: 1000 })
                {
                    throw new InvalidOperationException($"datagram {i} was {datagram}");
                }
            }
        }
    }

    private FramedDatagramChannel Channel(SocketPair pair, Target? peer, int maxPayload = 4096) =>
        new(new SocketDuplexStream(pair.Near), peer, maxPayload, _buffers);

    private static async Task SendSlowlyAsync(Socket socket, byte[] bytes)
    {
        foreach (var one in bytes)
        {
            await socket.SendAsync(new[] { one }, Cancel);
        }
    }

    private static async Task SendManyAsync(FramedDatagramChannel sender)
    {
        for (var i = 0; i < 8; i++)
        {
            await sender.SendAsync(Enumerable.Repeat((byte)i, ushort.MaxValue - i).ToArray(), null, Cancel);
        }
    }

    private static async Task<(string Text, Target? From)> NextAsync(FramedDatagramChannel channel)
    {
        var buffer = new byte[4096];
        Assert.True(await channel.WaitToReceiveAsync(Cancel));
        var datagram = await channel.ReceiveAsync(buffer, Cancel);
        Assert.NotNull(datagram);
        return (Encoding.ASCII.GetString(buffer, 0, datagram.Value.Length), datagram.Value.From);
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;
using Gost.Engine.Net.Loops.Datagrams;
using Gost.Tests.Protocols.Udp;
using Gost.Tests.Testing;
using Xunit;
using static Gost.Tests.Protocols.Udp.UdpForwardingTests;

namespace Gost.Tests.Net.Loops.Datagrams;

public sealed class LoopDatagramPumpTests
{
    private static readonly UdpSessionOptions KeepAlive = new() { KeepAlive = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(1200)]
    [InlineData(4000)]
    public async Task Bursts_OfManyClients_ReachTheirTargetsAndComeBackWhole(int size)
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        await using UdpBench bench = new(loops: 2);
        await using EchoTarget a = new("a"), b = new("b"), c = new("c");
        var (service, endPoint) = await bench.StartAsync(new RoundRobinForwarder(a.EndPoint, b.EndPoint, c.EndPoint), KeepAlive);
        var clients = Enumerable.Range(0, 6).Select(_ => bench.Client(endPoint)).ToArray();
        var names = new string[clients.Length];
        for (var i = 0; i < clients.Length; i++)
        {
            names[i] = (await AskAsync(clients[i], "x"))[..1];
            Assert.IsType<LoopDatagramPump>(((UdpSession)(await service.Started.Reader.ReadAsync(Token)).Channel!).Pump);
        }

        Assert.Equal(["a", "b", "c", "a", "b", "c"], names);
        var burst = Math.Clamp(20_000 / size, 3, 20);
        for (var round = 0; round < 20; round++)
        {
            // Turn by turn, so that a batch holds datagrams of all of them.
            for (var n = 0; n < burst; n++)
            {
                for (var i = 0; i < clients.Length; i++)
                {
                    clients[i].Send(Payload(size, i, round, n));
                }
            }

            for (var i = 0; i < clients.Length; i++)
            {
                await ExpectAsync(clients[i], names[i], [.. Enumerable.Range(0, burst).Select(n => Payload(size, i, round, n))]);
            }
        }

        Assert.Equal(service.Totals.InputBytes + ((6 * 20 * burst) + 6), service.Totals.OutputBytes);
        Assert.Equal(0, service.Totals.DroppedPackets);
    }

    [Fact]
    public async Task TargetThatTakesNoMore_QueuesAsMuchAsTheSessionMayAndGoesOn()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        const int Sent = 40;
        const int Queue = 8;
        using TempFolder folder = new();
        await using UdpBench bench = new(loops: 1);
        using Socket target = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var address = new UnixDomainSocketEndPoint(Path.Combine(folder.Path, "target"));
        target.Bind(address);
        var (service, endPoint) = await bench.StartAsync(new NarrowForwarder(address), KeepAlive with { ReadQueueSize = Queue });
        var client = bench.Client(endPoint);
        for (var i = 0; i < Sent; i++)
        {
            // Ever longer ones: such a socket, which has no runs, is to get each alone.
            client.Send(new byte[i + 1]);
        }

        // Another client's flow begins when those have been received, and a third one's when they have been sent.
        await service.Started.Reader.ReadAsync(Token);
        for (var i = 0; i < 2; i++)
        {
            bench.Client(endPoint).Send(new byte[500]);
            await service.Started.Reader.ReadAsync(Token);
        }

        var dropped = (int)service.Totals.DroppedPackets;
        Assert.InRange(dropped, 1, Sent - Queue);

        List<int> received = [];
        while (received.Count < Sent - dropped)
        {
            var length = await target.ReceiveAsync(new byte[1000], Token);
            if (length != 500)
            {
                received.Add(length);
            }
        }

        Assert.Equal(Enumerable.Range(1, Sent - dropped), received);
        client.Send(new byte[100]);
        var last = 0;
        while (last != 100)
        {
            last = await target.ReceiveAsync(new byte[1000], Token);
        }

        Assert.Equal(dropped, service.Totals.DroppedPackets);
    }

    [Fact]
    public async Task Session_KilledAmidTraffic_EndsAtOnceAndItsClientGetsANewOne()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        await using UdpBench bench = new(loops: 1);
        await using EchoTarget target = new();
        var (service, endPoint) = await bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive);
        var client = bench.Client(endPoint);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"{i}", await AskAsync(client, $"{i}"));
            var flow = await service.Started.Reader.ReadAsync(Token);
            client.Send([1, 2, 3]);
            await flow.Channel!.DisposeAsync();
            await service.Ended.Reader.ReadAsync(Token);
            await DrainAsync(client, service);
        }
    }

    [Fact]
    public async Task Target_ThatIsNotResolvedAtOnce_IsJoinedFromAnotherThread()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        await using UdpBench bench = new(loops: 1);
        await using EchoTarget target = new();
        var forwarder = new RoundRobinForwarder(target.EndPoint) { Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        var (service, endPoint) = await bench.StartAsync(forwarder, KeepAlive);
        var client = bench.Client(endPoint);
        client.Send("1"u8);
        client.Send("2"u8);
        var flow = await service.Started.Reader.ReadAsync(Token);
        Assert.Null(((UdpSession)flow.Channel!).Pump);
        forwarder.Gate.SetResult();
        Assert.Equal("1", await ReadAsync(client));
        Assert.Equal("2", await ReadAsync(client));
        Assert.IsType<LoopDatagramPump>(((UdpSession)flow.Channel).Pump);
        Assert.Equal("3", await AskAsync(client, "3"));
    }

    private static byte[] Payload(int size, int client, int round, int number)
    {
        var bytes = new byte[Math.Max(size, 1)];
        if (size >= 8)
        {
            new Random(HashCode.Combine(client, round, number)).NextBytes(bytes);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        }
        else
        {
            bytes[0] = (byte)number;
        }

        return bytes;
    }

    private static async Task ExpectAsync(Socket client, string name, byte[][] sent)
    {
        var buffer = new byte[70_000];
        List<byte[]> received = [];
        while (received.Count < sent.Length)
        {
            var length = await client.ReceiveAsync(buffer, Token);
            Assert.Equal(name[0], (char)buffer[0]);
            received.Add(buffer[1..length]);
        }

        // A thread that moves to another processor may overtake its own datagrams.
        Assert.Equal(sent.OrderBy(Convert.ToHexString, StringComparer.Ordinal), received.OrderBy(Convert.ToHexString, StringComparer.Ordinal));
    }

    /// <summary>Takes what a datagram sent around the end of a session may have caused: a reply, and a new session.</summary>
    private static async Task DrainAsync(Socket client, UdpService service)
    {
        // What was sent before is looked at before this one.
        client.Send("end"u8);
        while (await ReadAsync(client) != "end")
        {
            // An earlier reply.
        }

        while (service.Started.Reader.TryRead(out var flow))
        {
            await flow.Channel!.DisposeAsync();
            await service.Ended.Reader.ReadAsync(Token);
        }
    }

    /// <summary>Opens ways to a local datagram socket through which only a few datagrams fit at a time.</summary>
    private sealed class NarrowForwarder(UnixDomainSocketEndPoint target) : IForwarder
    {
        public IReadOnlyList<TargetHealth> Health => [];

        public ValueTask<DuplexStream> DialAsync(Inbound inbound, CancellationToken cancellationToken) =>
            throw new NotSupportedException("this double only associates datagrams: it dials no stream");

        public ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, CancellationToken cancellationToken)
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendBufferSize = 1 };
            socket.Connect(target);
            return new ValueTask<IDatagramChannel>(new SocketDatagramChannel(socket));
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Tests.Protocols.Remote;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

/// <summary>Ports that are bound at the far end by MUXBIND and UDP-TUN, against the recordings and between two engines.</summary>
[BothLanes]
public sealed class SocksRemoteTests
{
    private const int RequestLength = 13;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("socks5-bind-tcp", 1)]
    [InlineData("socks5-bind-tcp-mux", 1)]
    [InlineData("socks5-bind-tcp-many", 3)]
    public async Task BindTcp_AsTheClient_SendsTheSameRequestAndTakesTheStreams(string name, int streams)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);
        FedStream via = new(ends: false, chunks: [recording.FromServer()]);

        await using var listener = await SocksParts.Connector(parts.Services, "socks5", null, ("notls", true))
            .BindAsync(via, new BindRequest(TargetNetwork.Tcp, SocksParts.Tcp("127.0.0.1", recording.ForwardPort)), Token);
        Assert.Equal("050100", await via.NextWriteAsync());
        Assert.Equal(recording.FromClient()[3..RequestLength], await via.Writes.ReadAsync(Token));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, recording.ForwardPort), listener.LocalEndPoint);

        Sink sink = new();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = listener.RunAsync(sink, stop.Token);
        HashSet<int> peers = [];
        for (var i = 0; i < streams; i++)
        {
            await using var inbound = await sink.Inbounds.Reader.ReadAsync(Token);
            inbound.Ticket?.Settle();
            var peer = Assert.IsType<IPEndPoint>(inbound.Client);
            Assert.Equal(IPAddress.Loopback, peer.Address);
            Assert.True(peers.Add(peer.Port));
            var payload = new byte[recording.Payloads[0].Length];
            await inbound.Stream!.ReadExactlyAsync(payload, Token); // a stream flow
            Assert.Contains(recording.Payloads, x => x.AsSpan().SequenceEqual(payload));
        }

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task BindUdp_AsTheClient_SendsTheSameBytes()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-bind-udp");
        FedStream via = new(ends: false, chunks: [recording.FromServer()]);

        await using var listener = await SocksParts.Connector(parts.Services, "socks5", null, ("notls", true))
            .BindAsync(via, new BindRequest(TargetNetwork.Udp, SocksParts.Udp("127.0.0.1", recording.ForwardPort)), Token);
        Sink sink = new();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = listener.RunAsync(sink, stop.Token);
        await using (var inbound = await sink.Inbounds.Reader.ReadAsync(Token))
        {
            var channel = inbound.Channel!; // a flow of datagrams
            var buffer = new byte[100];
            foreach (var payload in recording.Payloads)
            {
                var datagram = await channel.ReceiveAsync(buffer, Token);
                Assert.Equal(payload, buffer[..(datagram?.Length ?? 0)]);
                await channel.SendAsync(payload, null, Token);
            }
        }

        List<byte> written = [];
        while (written.Count < recording.FromClient().Length)
        {
            written.AddRange(await via.Writes.ReadAsync(Token));
        }

        Assert.Equal(recording.FromClient(), written);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task BindUdp_AsTheFarEnd_AnswersTheSameAndCarriesThePeers()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-bind-udp");
        var port = Ports.Free();
        FedStream client = new(ends: false, chunks: [RequestFor(recording, port)]);
        await using var flow = SocksParts.Flow(client);
        var serving = await ServeBindAsync(parts, flow, client, port);
        using Socket peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(IPAddress.Loopback, port, Token);
        await peer.SendAsync(recording.Payloads[0], Token);
        var from = $"017f000001{((IPEndPoint)peer.LocalEndPoint!).Port:x4}"; // connected above
        Assert.Equal("0005ff" + from + "68656c6c6f", await client.NextWriteAsync());
        client.Feed("0002ff" + from + "6f6b");
        var buffer = new byte[10];
        Assert.Equal(2, await peer.ReceiveAsync(buffer, Token));

        client.FeedEnd();
        await serving;
    }

    [Fact]
    public async Task BindTcp_AsTheFarEnd_AnswersTheSameAndPutsThePeerAloneInItsFrame()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-bind-tcp");
        var port = Ports.Free();
        FedStream client = new(ends: false, chunks: [RequestFor(recording, port)]);
        await using var flow = SocksParts.Flow(client);
        var serving = await ServeBindAsync(parts, flow, client, port);
        using var peer = await LoopbackClient.ConnectAsync(port, Token);
        await peer.SendAsync("hello"u8.ToArray(), Token);
        var own = ((IPEndPoint)peer.LocalEndPoint!).Port; // connected above

        // The frames of smux v1, less the announcement, which is of another stream.
        var expected = $"0100000003000000" + $"01020a0003000000050000017f000001{own:x4}" + "010205000300000068656c6c6f";
        var written = "";
        while (!written.EndsWith(expected, StringComparison.Ordinal))
        {
            written += await client.NextWriteAsync();
        }

        client.FeedEnd();
        await serving;
    }

    [Fact]
    public async Task Rtcp_ThroughSocks_ForwardsManyAndHalfCloses()
    {
        await using var target = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync("socks5");
        await ends.Near.CreateAsync(RemoteEnds.Service("rtcp", "127.0.0.1:0", target.Address));
        var port = await ends.BoundPortAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            using var peer = await LoopbackClient.ConnectAsync(port, Token);
            await peer.SendAsync(System.Text.Encoding.ASCII.GetBytes($"hello {i:00}"), Token);
            peer.Shutdown(SocketShutdown.Send);
            Assert.Equal($"hello {i:00}", await LoopbackClient.ReceiveTextAsync(peer, 100, Token));
        }));
    }

    [Fact]
    public async Task Rudp_ThroughSocks_ForwardsManyPeers()
    {
        await using UdpTarget target = new("t");
        await using var ends = await RemoteEnds.StartAsync("socks5");
        var port = Ports.Free();
        await ends.Near.CreateAsync(RemoteEnds.Service("rudp", $"127.0.0.1:{port}", target.Address));
        Assert.Equal(port, await ends.BoundPortAsync());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using UdpClientSocket peer = new(port);
            await peer.SendAsync($"{i}", Token);
            Assert.Equal($"t:1:{i}", await peer.ReceiveAsync(Token, seconds: 20));
        }));
        Assert.Equal(8, target.Sources.Count);
    }

    [Theory]
    [InlineData("rtcp")]
    [InlineData("rudp")]
    public async Task Bind_DisabledAtTheFarEnd_SaysWhatMendsIt(string type)
    {
        await using var ends = await RemoteEnds.StartAsync("socks5", binds: false);
        await ends.Near.CreateAsync(RemoteEnds.Service(type, $"127.0.0.1:{Ports.Free()}", "127.0.0.1:9"));

        await Eventually.TrueAsync("an error in the status", TimeSpan.FromSeconds(20), () => ends.Status.LastError is not null, Token);

        Assert.EndsWith("BIND is disabled at the far end: add bind=true", ends.Status.LastError?.Message);
    }

    private sealed class Sink : IInboundSink
    {
        public Channel<Inbound> Inbounds { get; } = Channel.CreateUnbounded<Inbound>();

        public ConcurrentQueue<FlowException?> Faults { get; } = new();

        public TrafficTotals Totals { get; } = new();

        public bool TryAccept(Inbound inbound) => Inbounds.Writer.TryWrite(inbound);

        public void ReportFault(FlowException? fault) => Faults.Enqueue(fault);

        public void ReportFailure(FlowException failure) => Faults.Enqueue(failure);
    }

    /// <summary>What the recorded client asks for, with another port to bind.</summary>
    private static byte[] RequestFor(Recording recording, int port)
    {
        var request = recording.FromClient()[..RequestLength];
        (request[^2], request[^1]) = ((byte)(port >> 8), (byte)port);
        return request;
    }

    /// <summary>Serves a client that asks for an address, until it has been told that it is bound.</summary>
    private static async Task<Task> ServeBindAsync(EngineParts parts, Inbound flow, FedStream client, int port)
    {
        var serving = SocksParts.Handler(parts.Services, SocksParts.Service("socks5", null, ("notls", true), ("bind", true))).HandleAsync(flow, Token).AsTask();
        Assert.Equal("0500", await client.NextWriteAsync());
        Assert.Equal($"050000017f000001{port:x4}", await client.NextWriteAsync());
        return serving;
    }
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;
using Xunit;

namespace Gost.Tests.Net;

public sealed class BatchSocketTests : IDisposable
{
    private readonly BufferPool _buffers = new();
    private readonly Socket _sender = Bound();
    private readonly Socket _receiver = Bound();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_RunsOfEqualAndOtherLengths_ArriveOneByOneAndWhole()
    {
        int[] lengths = [.. Enumerable.Repeat(1400, 100), 20, 1400, 1400, 3, 700, 1, 1400];
        var bytes = new byte[lengths.Sum()];
        new Random(1).NextBytes(bytes);
        BatchSocket receiver = new(_receiver);
        var address = _receiver.LocalEndPoint!.Serialize(); // bound
        Assert.Equal(lengths.Length, new BatchSocket(_sender).TrySend(bytes, lengths, address.Buffer.Span[..address.Size], out var isRefused));
        Assert.False(isRefused);

        using ReceivedDatagrams received = new(_buffers, 16, DatagramSockets.MaxDatagram);
        List<int> seen = [];
        List<byte> all = [];
        while (seen.Count < lengths.Length)
        {
            if (!receiver.TryReceive(received))
            {
                _ = await _receiver.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, Token);
                continue;
            }

            for (var run = 0; run < received.Count; run++)
            {
                Assert.Equal(((IPEndPoint)_sender.LocalEndPoint!).Port, PortOf(received.Address(run)));
                all.AddRange(received.Run(run));
                for (var rest = received.Run(run).Length; rest > 0; rest -= received.Piece(run))
                {
                    seen.Add(Math.Min(rest, received.Piece(run)));
                }
            }
        }

        Assert.Equal(lengths, seen);
        Assert.Equal(bytes, all);
        received.Release();
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public void Receive_Nothing_SaysSo()
    {
        using ReceivedDatagrams received = new(_buffers, 2, 100);
        Assert.False(new BatchSocket(_receiver).TryReceive(received));
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private static int PortOf(ReadOnlySpan<byte> address) => (int)PeerAddress.Read(address, AddressFamily.InterNetwork).PortAndScope;

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        DatagramSockets.WidenBuffers(socket, 4 << 20);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}

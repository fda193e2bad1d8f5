using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Arq;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp;

public sealed class KcpTransportTests
{
    private const int Length = 8 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(32)]
    [InlineData(1024)]
    public async Task Streams_BothWays_AreIntactAndEndApart(int window)
    {
        await using var pair = await KcpPair.StartAsync(new KcpOptions { SendWindow = window, ReceiveWindow = window });
        await using var near = await pair.OpenAsync();
        await near.WriteAsync(new byte[1], Token);
        await using var flow = await pair.AcceptAsync();
        var far = flow.Stream!;
        Assert.Equal(1, await far.ReadAsync(new byte[1], Token));

        var up = RandomBytes.ReceiveAsync(x => far.ReadAsync(x, Token));
        var down = RandomBytes.ReceiveAsync(x => near.ReadAsync(x, Token));
        var sentUp = RandomBytes.SendAsync(x => near.WriteAsync(x, Token), Length, 1);
        var sentDown = RandomBytes.SendAsync(x => far.WriteAsync(x, Token), Length, 2);
        var hashUp = await sentUp;
        await near.CompleteWritesAsync(Token);
        Assert.Equal((Length, hashUp), await up);
        var hashDown = await sentDown;
        await far.CompleteWritesAsync(Token);
        Assert.Equal((Length, hashDown), await down);
    }

    [Fact]
    public async Task Streams_OfManyClients_ShareOneSocket()
    {
        await using var pair = await KcpPair.StartAsync();
        List<Task> clients = [];
        for (var i = 0; i < 20; i++)
        {
            clients.Add(AskAsync(pair, i));
        }

        for (var i = 0; i < 20; i++)
        {
            await using var flow = await pair.AcceptAsync();
            var buffer = new byte[4];
            await flow.Stream!.ReadExactlyAsync(buffer, Token);
            await flow.Stream.WriteAsync(buffer, Token);
            Assert.Equal("127.0.0.1", ((IPEndPoint)flow.Peer).Address.ToString());
        }

        await Task.WhenAll(clients);

        static async Task AskAsync(KcpPair pair, int number)
        {
            // Each a connection of its own: the dialer of the pair would share one.
            var session = KcpConnection.Start(KcpPair.Connect(pair.Address.Port), (uint)number + 1, pair.Transport, pair.Engine.Services);
            await using var smux = Gost.Engine.Protocols.Mux.SmuxSession.Start(
                pair.Transport.Open(session), pair.Transport.Options.Smux, isClient: true, pair.Engine.Services);
            await using var stream = await smux.OpenStreamAsync(Token);
            await stream.WriteAsync(BitConverter.GetBytes(number), Token);
            var answer = new byte[4];
            await stream.ReadExactlyAsync(answer, Token);
            Assert.Equal(number, BitConverter.ToInt32(answer));
        }
    }

    [Fact]
    public async Task Listener_ClientStartedAgainAtTheSamePort_ServesTheNewConversation()
    {
        await using var pair = await KcpPair.StartAsync();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.ConnectAsync(IPAddress.Loopback, pair.Address.Port, Token);
        for (uint conversation = 1; conversation <= 2; conversation++)
        {
            await client.SendAsync(Push(conversation, 0, [1, 0, 0, 0, 3, 0, 0, 0, 1, 2, 1, 0, 3, 0, 0, 0, (byte)conversation]), Token);
            await using var flow = await pair.AcceptAsync();
            var buffer = new byte[8];
            Assert.Equal(1, await flow.Stream!.ReadAsync(buffer, Token));
            Assert.Equal(conversation, buffer[0]);
        }
    }

    [Fact]
    public async Task Listener_DatagramsThatBeginNoConversation_AreNotAnswered()
    {
        await using var pair = await KcpPair.StartAsync();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.ConnectAsync(IPAddress.Loopback, pair.Address.Port, Token);
        byte[][] datagrams = [[], RandomNumberGenerator.GetBytes(1400), "kcp!"u8.ToArray(), Push(9, 1, [1]), [.. "kcp!"u8, .. new byte[24]]];
        foreach (var datagram in datagrams)
        {
            await client.SendAsync(datagram, Token);
        }

        // The one that does begin one is answered first.
        await client.SendAsync(Push(9, 0, [1, 3, 0, 0, 0, 0, 0, 0]), Token);
        var answer = new byte[1500];
        var length = await client.ReceiveAsync(answer, Token);
        Assert.Equal(9u, SegmentHeader.Read(answer.AsSpan(4, length - 4)).Conversation);
    }

    [Fact]
    public async Task Listener_Replaced_KeepsItsSocketAndSessions()
    {
        await using var pair = await KcpPair.StartAsync();
        var address = pair.Address;
        await using var near = await pair.OpenAsync();
        await near.WriteAsync(new byte[1], Token);
        await using var flow = await pair.AcceptAsync();
        await pair.ReplaceListenerAsync();
        Assert.Equal(address, pair.Address);
        await flow.Stream!.WriteAsync(new byte[2], Token);
        await near.ReadExactlyAsync(new byte[2], Token);
        await using var another = await pair.OpenAsync();
        await another.WriteAsync(new byte[1], Token);
        await using var accepted = await pair.AcceptAsync();
    }

    [Fact]
    public async Task Listener_ClientNotAdmitted_IsNotAnswered()
    {
        await using var pair = await KcpPair.StartAsync(admission: "nobody");
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.ConnectAsync(IPAddress.Loopback, pair.Address.Port, Token);
        await client.SendAsync(Push(1, 0, [1, 0, 0, 0, 3, 0, 0, 0]), Token);
        await pair.StopListeningAsync();
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task Dial_NobodyListens_FailsAtOnce()
    {
        await using var pair = await KcpPair.StartAsync();
        pair.Port = Ports.Free();
        await using var stream = await pair.OpenAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await stream.WriteAsync(new byte[1], Token);
                await stream.ReadExactlyAsync(new byte[1], Token).AsTask().WaitAsync(Patience, Token);
            }
        });
    }

    [Fact]
    public async Task Session_ListenerGone_EndsBeforeItsKeepAliveWould()
    {
        await using var pair = await KcpPair.StartAsync();
        await using var near = await pair.OpenAsync();
        await near.WriteAsync(new byte[1], Token);
        await using (var flow = await pair.AcceptAsync())
        {
            Assert.Equal(1, await flow.Stream!.ReadAsync(new byte[1], Token));
            await pair.StopListeningAsync();
            await near.WriteAsync(new byte[1], Token);
            await Assert.ThrowsAnyAsync<IOException>(async () => await near.ReadExactlyAsync(new byte[1], Token).AsTask().WaitAsync(Patience, Token));
        }
    }

    private static byte[] Push(uint conversation, uint number, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[4 + SegmentHeader.Size + data.Length];
        "kcp!"u8.CopyTo(bytes);
        new SegmentHeader(conversation, SegmentCommand.Push, 32, 0, number, 0, (uint)data.Length).Write(bytes.AsSpan(4));
        data.CopyTo(bytes.AsSpan(4 + SegmentHeader.Size));
        return bytes;
    }
}

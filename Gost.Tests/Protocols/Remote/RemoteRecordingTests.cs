using System.Net;
using System.Net.Sockets;
using Gost.Tests.Protocols.Udp;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary>The recorded binds of GOST 3.2.6, from both sides. Ports that the system chooses stand in for the recorded ones.</summary>
[BothLanes]
public sealed class RemoteRecordingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Bytes from the client and from the server before smux or datagrams begin; bytes of a greeting before the peer's port.
    public static TheoryData<string, int[], int> Streams => new()
    {
        { "relay-bind-tcp", [19, 14], 12 },
        { "relay-bind-tcp-many", [19, 14], 12 },
        { "socks5-bind-tcp-many", [3, 2, 10, 10], 8 },
    };

    public static TheoryData<string, int[]> Datagrams => new() { { "relay-bind-udp", [19, 14] }, { "socks5-bind-udp", [3, 2, 10, 10] } };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Server_OfRecordedStreams_SendsWhatGostSent(string name, int[] handshake, int portAt)
    {
        var recording = Recording.Load(name);
        await using var ends = await RemoteEnds.StartAsync(name.Split('-')[0]);
        using var client = await RawPeer.ConnectAsync(ends.FarPort);
        var port = Ports.Free();
        await ShakeHandsAsync(client, recording, port, handshake);
        var recorded = FramesOf(recording.FromServer(), handshake, server: true);
        var answers = FramesOf(recording.FromClient(), handshake, server: false);
        foreach (var stream in recorded.Select(static x => x.Stream).Distinct())
        {
            using var outside = await RawPeer.ConnectAsync(port);
            await outside.SendAsync(recording.Payloads[0]);
            var expected = recorded.Where(x => x.Stream == stream).ToArray();
            var greeting = expected[1].Payload;
            (greeting[portAt], greeting[portAt + 1]) = ((byte)(outside.LocalPort >> 8), (byte)outside.LocalPort);
            await ReceiveAsync(client, expected[..3]);
            await SendAsync(client, answers, stream, 0);
            Assert.Equal(recording.Payloads[0], await outside.ReadAsync(recording.Payloads[0].Length));
            await outside.SendAsync(recording.Payloads[1]);
            await ReceiveAsync(client, expected[3..4]);
            await SendAsync(client, answers, stream, 1);
            Assert.Equal(recording.Payloads[1], await outside.ReadAsync(recording.Payloads[1].Length));

            // GOST's client knows no half-close: our end follows when its answer has been quiet for a while.
            outside.End();
            await ReceiveAsync(client, expected[4..]);
            await SendAsync(client, answers, stream, 2);
            Assert.Empty(await outside.ReadToEndAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Client_OfRecordedStreams_SendsWhatGostSent(string name, int[] handshake, int portAt)
    {
        Assert.True(portAt > 0);
        var recording = Recording.Load(name);
        await using var target = TcpTarget.Echo();
        await using var ends = await RemoteEnds.StartAsync(name.Split('-')[0]);
        using var server = await ServeAsync(ends, recording, "rtcp", target.Address, handshake);
        var recorded = FramesOf(recording.FromClient(), handshake, server: false);
        var questions = FramesOf(recording.FromServer(), handshake, server: true);
        foreach (var stream in questions.Select(static x => x.Stream).Distinct())
        {
            var asked = questions.Where(x => x.Stream == stream).ToArray();
            var expected = recorded.Where(x => x.Stream == stream).ToArray();
            await SendAsync(server, asked[..3]);
            await ReceiveAsync(server, expected[..1]);
            await SendAsync(server, asked[3..4]);
            await ReceiveAsync(server, expected[1..2]);
            await SendAsync(server, asked[4..]);
            await ReceiveAsync(server, expected[2..]);
        }
    }

    [Theory]
    [MemberData(nameof(Datagrams))]
    public async Task Server_OfRecordedDatagrams_SendsWhatGostSent(string name, int[] handshake)
    {
        var recording = Recording.Load(name);
        await using var ends = await RemoteEnds.StartAsync(name.Split('-')[0]);
        using var client = await RawPeer.ConnectAsync(ends.FarPort);
        var port = Ports.Free();
        await ShakeHandsAsync(client, recording, port, handshake);
        using Socket outside = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        outside.Connect(IPAddress.Loopback, port);
        var outsidePort = ((IPEndPoint)outside.LocalEndPoint!).Port; // connected
        var frames = recording.FromServer()[Of(handshake, server: true)..];
        var buffer = new byte[64];
        foreach (var payload in recording.Payloads)
        {
            await outside.SendAsync(payload, Token);
            var frame = frames[..(10 + payload.Length)];
            frames = frames[frame.Length..];
            (frame[8], frame[9]) = ((byte)(outsidePort >> 8), (byte)outsidePort);
            Assert.Equal(frame, await client.ReadAsync(frame.Length));

            await client.SendAsync(frame);
            Assert.Equal(payload, buffer[..await outside.ReceiveAsync(buffer, Token)]);
        }

        Assert.Empty(frames);
    }

    [Theory]
    [MemberData(nameof(Datagrams))]
    public async Task Client_OfRecordedDatagrams_SendsWhatGostSent(string name, int[] handshake)
    {
        var recording = Recording.Load(name);
        await using EchoTarget target = new();
        await using var ends = await RemoteEnds.StartAsync(name.Split('-')[0]);
        using var server = await ServeAsync(ends, recording, "rudp", target.EndPoint.ToString(), handshake);

        await server.SendAsync(recording.FromServer()[Of(handshake, server: true)..]);

        var expected = recording.FromClient()[Of(handshake, server: false)..];
        Assert.Equal(expected, await server.ReadAsync(expected.Length));
    }

    /// <summary>Sends the client's part of the handshake and compares the server's, message by message.</summary>
    private static async Task ShakeHandsAsync(RawPeer client, Recording recording, int port, int[] handshake)
    {
        var (sent, expected) = (recording.FromClient()[..Of(handshake, server: false)], recording.FromServer()[..Of(handshake, server: true)]);
        (sent[^2], sent[^1], expected[^2], expected[^1]) = ((byte)(port >> 8), (byte)port, (byte)(port >> 8), (byte)port);
        var (toServer, toClient) = (0, 0);
        for (var i = 0; i < handshake.Length; i += 2)
        {
            await client.SendAsync(sent[toServer..(toServer += handshake[i])]);
            Assert.Equal(expected[toClient..(toClient + handshake[i + 1])], await client.ReadAsync(handshake[i + 1]));
            toClient += handshake[i + 1];
        }
    }

    /// <summary>Starts the service with the recorded address against a far end that is the test, up to the end of the handshake.</summary>
    private static async Task<RawPeer> ServeAsync(RemoteEnds ends, Recording recording, string type, string target, int[] handshake)
    {
        await ends.StopFarEndAsync();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, ends.FarPort));
        listener.Listen();
        await ends.Near.CreateAsync(RemoteEnds.Service(type, $"127.0.0.1:{recording.ForwardPort}", target));
        RawPeer server = new(await listener.AcceptAsync(Token));
        var (fromClient, fromServer) = (recording.FromClient(), recording.FromServer());
        var (toServer, toClient) = (0, 0);
        for (var i = 0; i < handshake.Length; i += 2)
        {
            Assert.Equal(fromClient[toServer..(toServer + handshake[i])], await server.ReadAsync(handshake[i]));
            await server.SendAsync(fromServer[toClient..(toClient += handshake[i + 1])]);
            toServer += handshake[i];
        }

        return server;
    }

    private static int Of(int[] handshake, bool server) => handshake.Where((_, i) => i % 2 == (server ? 1 : 0)).Sum();

    private static RawPeer.Frame[] FramesOf(byte[] bytes, int[] handshake, bool server) => [.. RawPeer.Frame.Parse(bytes[Of(handshake, server)..])];

    private static async Task ReceiveAsync(RawPeer peer, RawPeer.Frame[] expected)
    {
        foreach (var wanted in expected)
        {
            var frame = await peer.ReadFrameAsync();
            Assert.Equal((wanted.Command, wanted.Stream, Convert.ToHexString(wanted.Payload)), (frame.Command, frame.Stream, Convert.ToHexString(frame.Payload)));
        }
    }

    private static Task SendAsync(RawPeer peer, RawPeer.Frame[] all, uint stream, int index) =>
        SendAsync(peer, [all.Where(x => x.Stream == stream).ElementAt(index)]);

    private static async Task SendAsync(RawPeer peer, RawPeer.Frame[] frames)
    {
        foreach (var frame in frames)
        {
            await peer.SendAsync([
                1, frame.Command, (byte)frame.Payload.Length, 0,
                (byte)frame.Stream, (byte)(frame.Stream >> 8), (byte)(frame.Stream >> 16), (byte)(frame.Stream >> 24),
                .. frame.Payload]);
        }
    }
}

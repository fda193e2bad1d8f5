using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gost.Tests.Net.NameServers;

/// <summary>A name server at a free loopback port, UDP and TCP, that knows what it was told and notes what it was asked.</summary>
internal sealed class StubNameServer : IAsyncDisposable
{
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _streams;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public StubNameServer()
    {
        (_streams, Port) = Bind(_datagrams);
        _serving = Task.WhenAll(ServeDatagramsAsync(), ServeStreamsAsync());
    }

    public int Port { get; }

    /// <summary>Addresses by name.</summary>
    public ConcurrentDictionary<string, IPAddress[]> Names { get; } = new(StringComparer.OrdinalIgnoreCase);

    public uint Ttl { get; set; } = 60;

    /// <summary>Error code of every answer; 0 = as it is.</summary>
    public byte Code { get; set; }

    /// <summary>Answers over UDP say that they do not fit.</summary>
    public bool Cuts { get; set; }

    /// <summary><c>udp A name</c> and the like, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public ConcurrentQueue<byte[]> Queries { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _streams.Stop();
        await _serving;
        _datagrams.Dispose();
        _stop.Dispose();
    }

    /// <summary>The answer to a query.</summary>
    public byte[] Answer(ReadOnlySpan<byte> query, string network)
    {
        var at = 12;
        List<string> labels = [];
        for (; query[at] != 0; at += 1 + query[at])
        {
            labels.Add(System.Text.Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
        }

        var name = string.Join('.', labels);
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]);
        Asked.Enqueue($"{network} {(type == 1 ? "A" : "AAAA")} {name}");
        Queries.Enqueue(query.ToArray());
        var isCut = Cuts && network == "udp";
        var family = type == 1 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var known = Names.TryGetValue(name, out var all);
        var addresses = isCut || Code != 0 ? [] : (all ?? []).Where(x => x.AddressFamily == family).ToList();
        List<byte> answer = [query[0], query[1], (byte)(0x81 | (isCut ? 2 : 0)), Code != 0 ? Code : (byte)(known ? 0 : 3), 0, 1, 0, (byte)addresses.Count, 0, 0, 0, 0];
        answer.AddRange(query[12..(at + 5)]);
        foreach (var address in addresses)
        {
            var bytes = address.GetAddressBytes();
            answer.AddRange([0xC0, 12, 0, (byte)type, 0, 1, (byte)(Ttl >> 24), (byte)(Ttl >> 16), (byte)(Ttl >> 8), (byte)Ttl, 0, (byte)bytes.Length, .. bytes]);
        }

        return [.. answer];
    }

    /// <summary>A port that is free for both: the system's choice for TCP may be somebody's for UDP.</summary>
    private static (TcpListener Streams, int Port) Bind(Socket datagrams)
    {
        for (var attempt = 0; ; attempt++)
        {
            TcpListener streams = new(IPAddress.Loopback, 0);
            try
            {
                streams.Start();
                var port = ((IPEndPoint)streams.LocalEndpoint).Port;
                datagrams.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return (streams, port);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < 100)
            {
                streams.Dispose();
            }
        }
    }

    private async Task ServeDatagramsAsync()
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var received = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                await _datagrams.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes), "udp"), received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ServeStreamsAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _streams.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _stop.Token);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query, _stop.Token);
                var answer = Answer(query, "tcp");
                await stream.WriteAsync(new byte[] { (byte)(answer.Length >> 8), (byte)answer.Length }.Concat(answer).ToArray(), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or InvalidOperationException)
        {
            // Disposed.
        }
    }
}

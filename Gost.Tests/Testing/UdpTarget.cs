using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gost.Tests.Testing;

/// <summary>A UDP server at a free loopback port that answers each datagram with <c>NAME:i:payload</c>, i from 1 to the number of replies.</summary>
internal sealed class UdpTarget : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public UdpTarget(string name, int replies = 1)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port; // bound just above
        _serving = ServeAsync(name, replies);
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>The ports that datagrams came from: one for each session of a forwarder.</summary>
    public ConcurrentDictionary<int, int> Sources { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(string name, int replies)
    {
        var buffer = new byte[65_535];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                var source = (IPEndPoint)received.RemoteEndPoint;
                Sources.AddOrUpdate(source.Port, 1, static (_, count) => count + 1);
                for (var i = 1; i <= replies; i++)
                {
                    byte[] reply = [.. Encoding.ASCII.GetBytes($"{name}:{i}:"), .. buffer.AsSpan(0, received.ReceivedBytes)];
                    await _socket.SendToAsync(reply, source, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}

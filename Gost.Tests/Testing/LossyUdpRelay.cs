using System.Net;
using System.Net.Sockets;

namespace Gost.Tests.Testing;

/// <summary>
/// A UDP relay before one server that loses, delays and so reorders the datagrams of one client, both ways. The choice of what is lost is the same in each
/// run; when it is sent is not.
/// </summary>
internal sealed class LossyUdpRelay : IAsyncDisposable
{
    private readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly PriorityQueue<(byte[] Datagram, bool IsUp), long> _waiting = new();
    private readonly Lock _gate = new();
    private readonly Random _random = new(4711);
    private readonly double _loss;
    private readonly TimeSpan _delay;
    private readonly TimeSpan _jitter;
    private readonly Task _running;
    private EndPoint? _client;

    public LossyUdpRelay(int serverPort, double loss, TimeSpan delay, TimeSpan jitter)
    {
        (_loss, _delay, _jitter) = (loss, delay, jitter);
        foreach (var socket in new[] { _near, _far })
        {
            socket.ReceiveBufferSize = socket.SendBufferSize = 4 << 20;
        }

        _near.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _far.Connect(IPAddress.Loopback, serverPort);
        Port = ((IPEndPoint)_near.LocalEndPoint!).Port; // bound just above
        _running = Task.WhenAll(ReceiveAsync(_near, isUp: true), ReceiveAsync(_far, isUp: false), SendAsync());
    }

    public int Port { get; }

    public long Passed { get; private set; }

    public long Lost { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _near.Dispose();
        _far.Dispose();
        _stop.Dispose();
    }

    private async Task ReceiveAsync(Socket socket, bool isUp)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var buffer = new byte[65_536];
        SocketAddress from = new(AddressFamily.InterNetwork);
        try
        {
            while (true)
            {
                var count = await socket.ReceiveFromAsync(buffer, SocketFlags.None, from, _stop.Token);
                lock (_gate)
                {
                    if (isUp)
                    {
                        _client ??= new IPEndPoint(IPAddress.Any, 0).Create(from);
                    }

                    if (_random.NextDouble() < _loss)
                    {
                        Lost++;
                        continue;
                    }

                    Passed++;
                    var due = TimeProvider.System.GetTimestamp() + (long)((_delay + (_jitter * _random.NextDouble())).TotalSeconds * TimeProvider.System.TimestampFrequency);
                    _waiting.Enqueue((buffer.AsSpan(0, count).ToArray(), isUp), due);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task SendAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(1));
        List<(byte[] Datagram, bool IsUp)> due = [];
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                lock (_gate)
                {
                    var now = TimeProvider.System.GetTimestamp();
                    while (_waiting.TryPeek(out _, out var at) && at <= now)
                    {
                        due.Add(_waiting.Dequeue());
                    }
                }

                foreach (var (datagram, isUp) in due)
                {
                    _ = isUp ? await _far.SendAsync(datagram, _stop.Token) : await _near.SendToAsync(datagram, _client!, _stop.Token); // set by its first datagram
                }

                due.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}

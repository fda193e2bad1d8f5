using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gost.Tests.Testing;

/// <summary>A TCP server at a free loopback port; each connection is served by the given function, and every task is awaited in dispose.</summary>
internal sealed class TcpTarget : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, Task> _served = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _accepted;

    public TcpTarget(Func<Socket, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port; // bound just above
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Says its name on accept and sends back whatever it gets.</summary>
    public static TcpTarget Echo(string name = "") => new(async (socket, ct) =>
    {
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(name), ct);
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, ct)) > 0)
        {
            await socket.SendAsync(buffer.AsMemory(0, count), ct);
        }

        socket.Shutdown(SocketShutdown.Send);
    });

    /// <summary>Answers any HTTP request with a text and closes.</summary>
    public static TcpTarget Http(string text) => new(async (socket, ct) =>
    {
        await socket.ReceiveAsync(new byte[4096], ct);
        await socket.SendAsync(
            System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-length: {text.Length}\r\nconnection: close\r\n\r\n{text}"), ct);
        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(new byte[1], ct);
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        var served = _served.ToArray();
        foreach (var (socket, _) in served)
        {
            socket.Dispose();
        }

        await Task.WhenAll(served.Select(static x => x.Value));
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                TaskCompletionSource ended = new();
                _served[socket] = ended.Task;
                _ = ServeAsync(socket, ended);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket, TaskCompletionSource ended)
    {
        try
        {
            await _serve(socket, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test sees it at its own end of the connection.
        }
        catch (Exception e)
        {
            // Kept for dispose, which throws it.
            ended.SetException(e);
        }
        finally
        {
            socket.Dispose();

            // What has ended well is forgotten: tests serve tens of thousands.
            if (ended.TrySetResult())
            {
                _served.TryRemove(socket, out _);
            }
        }
    }
}

using System.Net.Sockets;
using System.Text;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Long streams in one direction, compared by SHA-256: a source that sends and ends, a sink that answers with the hash of what came.</summary>
internal sealed class Transfer : IAsyncDisposable
{
    private readonly long _length;
    private readonly TcpTarget _source;
    private readonly TcpTarget _sink;
    private readonly TaskCompletionSource<string> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Transfer(long length)
    {
        _length = length;
        _source = new TcpTarget(async (socket, ct) =>
        {
            _sent.TrySetResult(await RandomBytes.SendAsync(x => new ValueTask(socket.SendAllAsync(x, ct)), length, 1));
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[1], ct);
        });
        _sink = new TcpTarget(async (socket, ct) =>
        {
            var left = length;
            var (_, hash) = await RandomBytes.ReceiveAsync(async buffer =>
            {
                var count = left == 0 ? 0 : await socket.ReceiveAsync(buffer[..(int)Math.Min(buffer.Length, left)], ct);
                left -= count;
                return count;
            });
            await socket.SendAsync(Encoding.ASCII.GetBytes(hash), ct);
            await socket.ReceiveAsync(new byte[1], ct);
        });
    }

    /// <summary>Where the source listens.</summary>
    public string Source => _source.Address;

    /// <summary>Where the sink listens.</summary>
    public string Sink => _sink.Address;

    /// <summary>Takes everything from the source through a port, up to its end.</summary>
    public async Task DownloadAsync(int port)
    {
        var token = TestContext.Current.CancellationToken;
        using var client = await LoopbackClient.ConnectAsync(port, token);
        var (length, hash) = await RandomBytes.ReceiveAsync(x => client.ReceiveAsync(x, token));
        Assert.Equal((_length, await _sent.Task), (length, hash));
    }

    /// <summary>Sends everything to the sink through a port.</summary>
    public async Task UploadAsync(int port)
    {
        var token = TestContext.Current.CancellationToken;
        using var client = await LoopbackClient.ConnectAsync(port, token);
        var sent = await RandomBytes.SendAsync(x => new ValueTask(client.SendAllAsync(x, token)), _length, 2);
        Assert.Equal(sent, await LoopbackClient.ReceiveTextAsync(client, sent.Length, token));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _sink.DisposeAsync();
    }
}

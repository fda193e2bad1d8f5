using System.Net.Sockets;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>A TCP server that reads a question to its end and answers only then: both arrive whole if each direction of the way ends alone.</summary>
internal sealed class HalfCloseTarget : IAsyncDisposable
{
    private const int Length = 1 << 20;

    private readonly TaskCompletionSource<string> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TcpTarget _target;

    public HalfCloseTarget() => _target = new TcpTarget(async (socket, ct) =>
    {
        var (_, hash) = await RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x, ct));
        _received.SetResult(hash);
        await RandomBytes.SendAsync(async x => await socket.SendAsync(x, ct), Length, seed: 2);
        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(new byte[1], ct);
    });

    public string Address => _target.Address;

    /// <summary>Sends the question over a connection that leads here, ends it, and reads the answer.</summary>
    public async Task AskAsync(Socket socket, CancellationToken cancellationToken)
    {
        var sent = await RandomBytes.SendAsync(async x => await socket.SendAsync(x, cancellationToken), Length, seed: 1);
        socket.Shutdown(SocketShutdown.Send);
        var (length, _) = await RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x, cancellationToken));

        Assert.Equal(sent, await _received.Task.WaitAsync(cancellationToken));
        Assert.Equal(Length, length);
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();
}

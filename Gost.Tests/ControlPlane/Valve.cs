using System.Net;
using System.Net.Sockets;
using Gost.Tests.Testing;

namespace Gost.Tests.ControlPlane;

/// <summary>
/// A way to a TCP port, for one client, that passes on what it sends until it is shut: from then on nothing more is read, and the client's end fills up.
/// </summary>
internal sealed class Valve : IAsyncDisposable
{
    private readonly TaskCompletionSource<(EndPoint? Client, EndPoint? Here)> _client = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _shut = new();
    private readonly TcpTarget _entry;

    public Valve(int port) => _entry = new TcpTarget(async (near, stop) =>
    {
        if (!_client.TrySetResult((near.RemoteEndPoint, near.LocalEndPoint)))
        {
            return;
        }

        using var far = await LoopbackClient.ConnectAsync(port, stop);
        using var passing = CancellationTokenSource.CreateLinkedTokenSource(stop, _shut.Token);
        var answering = PassAsync(far, near, stop);
        await PassAsync(near, far, passing.Token);
        await _open.Task.WaitAsync(stop);
        _ = await near.DrainAsync(stop); // a reset is an end as well
        far.Shutdown(SocketShutdown.Both);
        await answering;
        _ended.SetResult();
    });

    public int Port => _entry.Port;

    /// <summary>Reads no more.</summary>
    public Task ShutAsync() => _shut.CancelAsync();

    /// <summary>What the client has to send waits for a reader.</summary>
    public async Task IsFullAsync(CancellationToken cancellationToken)
    {
        var (client, here) = await _client.Task;
        await Eventually.TrueAsync("full", TimeSpan.FromSeconds(30), () => SocketTables.WaitsForReader(client, here), cancellationToken);
    }

    /// <summary>Takes what is left: the client's connection has ended.</summary>
    public async Task EndsAsync(CancellationToken cancellationToken)
    {
        _open.TrySetResult();
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _entry.DisposeAsync();
        _shut.Dispose();
    }

    private static async Task PassAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                await to.SendAllAsync(buffer.AsMemory(0, count), CancellationToken.None);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Shut, or cut.
        }
    }
}

using System.Net.Sockets;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>Accepts with the framework's socket, in one task.</summary>
internal sealed class PortableAccepts(Socket socket) : IAcceptSource
{
    // A loop that always finds a connection waiting gives its thread back this often.
    private const int AcceptsPerTurn = 64;

    private Task _loop = Task.CompletedTask;
    private volatile bool _closed;

    /// <inheritdoc/>
    public DataLane Lane => DataLane.Portable;

    /// <inheritdoc/>
    public void Start(IAcceptTarget target) => _loop = RunAsync(target);

    /// <inheritdoc/>
    public void Close()
    {
        _closed = true;
        socket.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _loop;
    }

    private async Task RunAsync(IAcceptTarget target)
    {
        // The caller is publishing a change and must not serve the backlog.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var accepted = 0;
        try
        {
            while (!_closed)
            {
                Socket connection;
                try
                {
                    connection = await socket.AcceptAsync();
                }
                catch (SocketException e) when (!_closed)
                {
                    if (await target.FailedAsync(e.SocketErrorCode))
                    {
                        continue;
                    }

                    return;
                }

                await target.AdmitAsync(new SocketDuplexStream(connection));
                if (++accepted % AcceptsPerTurn == 0)
                {
                    await Task.Yield();
                }
            }
        }
        catch (Exception e) when (_closed && (e is SocketException or ObjectDisposedException or OperationCanceledException))
        {
            // Closed: the normal end.
        }
    }
}

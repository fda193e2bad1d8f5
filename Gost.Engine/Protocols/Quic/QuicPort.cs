using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Quic;

/// <summary>
/// A bound port and the one task that accepts. Who gets new connections is one reference, swapped without stopping; connections live on with what they
/// began with.
/// </summary>
internal sealed class QuicPort : IAsyncDisposable
{
    private readonly Lock _delivering = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<FlowException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IQuicPort? _port;
    private QuicAttachment? _attachment;
    private Task _accepting = Task.CompletedTask;

    private QuicPort()
    {
    }

    /// <summary>The bound address.</summary>
    public EndPoint? LocalEndPoint => _port?.LocalEndPoint;

    /// <summary>Ends, with the reason, when nothing can be accepted any more although the port was not closed.</summary>
    public Task<FlowException> Broken => _broken.Task;

    /// <summary>Binds. Throws <see cref="FlowException"/> (bind).</summary>
    public static async ValueTask<QuicPort> OpenAsync(
        IQuicStack stack, BindAddress address, IPEndPoint endPoint, IReadOnlyList<SslApplicationProtocol> alpn, int backlog)
    {
        QuicPort port = new();
        try
        {
            port._port = await stack.ListenAsync(endPoint, alpn, backlog, port.Judge);
        }
        catch (SocketException e)
        {
            throw BindRefusal.Of("udp", address, e);
        }

        port._accepting = port.AcceptAsync(port._port);
        return port;
    }

    /// <summary>Sends new connections to another listener from now on.</summary>
    public void Attach(QuicAttachment attachment) => Volatile.Write(ref _attachment, attachment);

    /// <summary>Ends an attachment, if it is still the current one; when this returns no connection is being offered to it.</summary>
    public void Detach(QuicAttachment attachment)
    {
        Interlocked.CompareExchange(ref _attachment, null, attachment);
        lock (_delivering)
        {
            // Waits for the offer that may be under way.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _attachment, null);
        await _stopping.CancelAsync();
        if (_port is { } port)
        {
            await port.DisposeAsync();
        }

        await _accepting;
        _stopping.Dispose();
    }

    private QuicTerms? Judge(EndPoint peer) => Volatile.Read(ref _attachment)?.Judge(peer);

    private async Task AcceptAsync(IQuicPort port)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (await port.AcceptAsync(_stopping.Token) is not { } link)
                {
                    break;
                }

                if (!TryDeliver(link))
                {
                    await link.DisposeAsync();
                }
            }
            catch (FlowException failure)
            {
                Volatile.Read(ref _attachment)?.ReportFailure(failure);
            }
            catch (Exception e) when (_stopping.IsCancellationRequested || e is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
            catch (Exception e)
            {
                _broken.TrySetResult(new FlowException(FlowLayer.Accept, FlowError.Failed, $"accept: {e.Message}", e));
                return;
            }
        }

        if (!_stopping.IsCancellationRequested)
        {
            _broken.TrySetResult(new FlowException(FlowLayer.Accept, FlowError.Failed, "accept: the port was closed"));
        }
    }

    private bool TryDeliver(IQuicLink link)
    {
        lock (_delivering)
        {
            return Volatile.Read(ref _attachment)?.TryAccept(link) == true;
        }
    }
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Udp;

/// <summary>Offers one flow per client of a UDP socket (or per datagram, when stateless). Listeners <c>udp</c>, and <c>rudp</c> without a chain.</summary>
internal sealed class UdpListener(string service, string addr, UdpSessionOptions options, DatagramSocketPool sockets) : IListener
{
    private DatagramSocketLease? _lease;

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => _lease?.LocalEndPoint;

    /// <inheritdoc/>
    public DataLane? Lane => _lease?.Lane;

    /// <summary>What the metadata said.</summary>
    internal UdpSessionOptions Options => options;

    /// <inheritdoc/>
    public async ValueTask BindAsync(CancellationToken cancellationToken) =>
        _lease = await sockets.LeaseAsync(service, addr, cancellationToken);

    /// <inheritdoc/>
    public Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        var lease = _lease ?? throw new InvalidOperationException("bind first");
        lease.Attach(sink, options);
        return DetachWhenStoppedAsync(lease, stopping);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task DetachWhenStoppedAsync(DatagramSocketLease lease, CancellationToken stopping)
    {
        var stopped = new TaskCompletionSource();
        await using (stopping.UnsafeRegister(static x => ((TaskCompletionSource)x!).TrySetResult(), stopped))
        {
            await stopped.Task;
        }

        lease.Detach();
    }
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Accepts KCP sessions on a shared socket and pushes their streams: smux over KCP over UDP. Source: spec/wire/transports.md section 7.</summary>
internal sealed class KcpListener(ListenerBuildContext context, KcpTransport transport) : IListener
{
    private readonly AdmissionLayer _admission = AdmissionLayer.Build(context.Service, context.Engine);
    private SharedDatagramsLease<KcpPort>? _lease;

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => _lease?.LocalEndPoint;

    /// <inheritdoc/>
    public async ValueTask BindAsync(CancellationToken cancellationToken) => _lease = await context.Engine.DatagramSockets.LeaseAsync(
        "kcp", context.Service.Name, context.Service.Addr, socket => new KcpPort(socket, context.Engine), cancellationToken);

    /// <inheritdoc/>
    public Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        var lease = _lease ?? throw new InvalidOperationException("bind first");
        KcpAttachment attachment = new(context.Service.Name, transport, _admission, sink, context.Engine);
        lease.Shared.Attach(attachment);
        return DetachWhenStoppedAsync(lease.Shared, attachment, stopping);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task DetachWhenStoppedAsync(KcpPort port, KcpAttachment attachment, CancellationToken stopping)
    {
        TaskCompletionSource stopped = new();
        await using (stopping.UnsafeRegister(static x => ((TaskCompletionSource)x!).TrySetResult(), stopped))
        {
            await stopped.Task;
        }

        port.Detach(attachment);
    }
}

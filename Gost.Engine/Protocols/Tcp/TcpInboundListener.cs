using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Accepts TCP connections on a leased socket and pushes them through the accept layers.</summary>
internal sealed class TcpInboundListener : IListener
{
    private readonly ListenSocketPool _pool;
    private readonly string _service;
    private readonly string _addr;
    private readonly TcpListenerOptions _options;
    private readonly AcceptLayers _layers;
    private readonly Func<IInboundSink, HandshakeTracker, IInboundSink>? _wrap;
    private ListenLease? _lease;

    /// <summary>A listener that is not bound yet; <paramref name="wrap"/> puts a transport between the accepted streams and the service.</summary>
    public TcpInboundListener(
        ListenSocketPool pool,
        string service,
        string addr,
        TcpListenerOptions options,
        AcceptLayers layers,
        Func<IInboundSink, HandshakeTracker, IInboundSink>? wrap = null) =>
        (_pool, _service, _addr, _options, _layers, _wrap) = (pool, service, addr, options, layers, wrap);

    /// <summary>Reads the options and builds the listener of type <c>tcp</c>.</summary>
    public static TcpInboundListener Build(ListenerBuildContext context) => Build(context, wrap: null);

    /// <summary>The same with a transport over it.</summary>
    public static TcpInboundListener Build(ListenerBuildContext context, Func<IInboundSink, HandshakeTracker, IInboundSink>? wrap) => new(
        context.Engine.ListenSockets,
        context.Service.Name,
        context.Service.Addr,
        TcpListenerOptions.Bind(context.Metadata),
        AcceptLayers.Build(context.Service, context.ServiceMetadata, context.Engine, allowsProxyHeader: true),
        wrap);

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => _lease?.LocalEndPoint;

    /// <inheritdoc/>
    public DataLane? Lane => _wrap is null ? _lease?.Lane : null;

    /// <inheritdoc/>
    public async ValueTask BindAsync(CancellationToken cancellationToken)
    {
        ListenRequest request = new(_service, BindAddress.Parse(_addr, "tcp"), _options.ReusePort, _options.MultipathTcp);
        _lease = await _pool.LeaseAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        var lease = _lease ?? throw new InvalidOperationException("the listener is not bound");
        AcceptSink accept = new(_wrap is null ? sink : _wrap(sink, lease.Handshakes), _layers, lease.Handshakes);
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lease.Attach(accept, _options.KeepAlive);
        using var registration = stopping.UnsafeRegister(static x => ((TaskCompletionSource)x!).TrySetResult(), stopped);
        await Task.WhenAny(stopped.Task, lease.Broken);
        lease.Detach(accept);
        if (lease.Broken.IsCompletedSuccessfully && !stopping.IsCancellationRequested)
        {
            throw await lease.Broken;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class AcceptSink(IInboundSink sink, AcceptLayers layers, HandshakeTracker handshakes) : IAcceptSink
    {
        public void Accept(SocketStream stream) => layers.Accept(stream, sink, handshakes);

        public void ReportFault(FlowException? fault) => sink.ReportFault(fault);
    }
}

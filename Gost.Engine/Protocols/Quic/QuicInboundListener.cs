using System.Net;
using System.Net.Security;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Quic;

/// <summary>Accepts QUIC connections and pushes their streams. Source: spec/wire/transports.md section 8.</summary>
internal sealed class QuicInboundListener : IListener
{
    private readonly ListenerBuildContext _context;
    private readonly QuicPorts _ports;
    private readonly QuicOptions _options;
    private readonly TlsServerSettings _settings;
    private readonly Func<SslServerAuthenticationOptions> _tls;
    private readonly AdmissionLayer _admission;
    private readonly string? _obstacle;
    private QuicPortLease? _lease;

    /// <summary>Reads options and TLS settings; an <paramref name="obstacle"/> is said again when it is bound.</summary>
    public QuicInboundListener(ListenerBuildContext context, QuicPorts ports, string? obstacle)
    {
        (_context, _ports, _obstacle) = (context, ports, obstacle);
        _options = QuicOptions.Bind(context.Metadata);
        _settings = TlsServerSettings.Build(
            context.Service.Listener?.Tls, TlsServerTransport.PointerBeside(context.Metadata), context.Engine, context.Metadata.Findings);
        _tls = QuicTls.OfServer(_settings);
        _admission = AdmissionLayer.Build(context.Service, context.Engine);
    }

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => _lease?.Port.LocalEndPoint;

    /// <inheritdoc/>
    public async ValueTask BindAsync(CancellationToken cancellationToken)
    {
        if (_obstacle is not null)
        {
            throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, _obstacle);
        }

        _lease = await _ports.LeaseAsync(_context.Engine, _context.Service.Name, _context.Service.Addr, _tls().ApplicationProtocols ?? [], _options.Backlog, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        var port = _lease?.Port ?? throw new InvalidOperationException("the listener is not bound");
        QuicAttachment attachment = new(_context.Service.Name, Terms, _admission, sink, _context.Engine);
        port.Attach(attachment);
        return DetachWhenOverAsync(port, attachment, stopping);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task DetachWhenOverAsync(QuicPort port, QuicAttachment attachment, CancellationToken stopping)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.UnsafeRegister(static x => ((TaskCompletionSource)x!).TrySetResult(), stopped);
        await Task.WhenAny(stopped.Task, port.Broken);
        port.Detach(attachment);
        if (port.Broken.IsCompletedSuccessfully && !stopping.IsCancellationRequested)
        {
            throw await port.Broken;
        }
    }

    private QuicTerms Terms() => new(_tls(), _options, _settings.ChecksNames ? _settings.CheckName : null);
}

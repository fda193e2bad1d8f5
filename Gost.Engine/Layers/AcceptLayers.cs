using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Layers;

/// <summary>
/// What every accepted stream passes before a service sees it: the PROXY header where the service takes one, then admission of the client,
/// who is the header's source or else the peer. Source: spec/forwarding.md sections 1 and 10.
/// </summary>
internal sealed class AcceptLayers
{
    private readonly AdmissionLayer _admission;
    private readonly bool _readsProxyHeader;
    private readonly BufferPool _buffers;
    private readonly TimeProvider _time;
    private readonly FaultLines _faults;
    private readonly ILogger _logger;
    private readonly string _service;

    private AcceptLayers(ServiceConfig service, bool readsProxyHeader, EngineServices engine)
    {
        _admission = AdmissionLayer.Build(service, engine);
        _readsProxyHeader = readsProxyHeader;
        (_buffers, _time, _faults) = (engine.Buffers, engine.Time, engine.Faults);
        (_logger, _service) = (engine.Loggers.CreateLogger<AcceptLayers>(), service.Name);
    }

    /// <summary>The layers of a service. <paramref name="allowsProxyHeader"/> false: the listener type does not take PROXY headers.</summary>
    public static AcceptLayers Build(ServiceConfig service, MetadataReader serviceMetadata, EngineServices engine, bool allowsProxyHeader)
    {
        // Any number above 0 means both versions, as in GOST; a negative one is off.
        var reads = allowsProxyHeader && serviceMetadata.GetInt(0, int.MinValue, int.MaxValue, "proxyProtocol") > 0;
        return new AcceptLayers(service, reads, engine);
    }

    /// <summary>Takes over <paramref name="stream"/> and pushes it into <paramref name="sink"/>, now or when its header is read, or closes it.</summary>
    public void Accept(SocketStream stream, IInboundSink sink, HandshakeTracker handshakes)
    {
        if (stream.RemoteEndPoint is not { } peer)
        {
            // Gone while it was in the backlog.
            stream.Dispose();
        }
        else if (!_readsProxyHeader && !_admission.Admits(peer))
        {
            ReportNotAdmitted(peer);
            stream.Dispose();
        }
        else if (!_readsProxyHeader)
        {
            Push(new Inbound(stream, peer, peer, stream.LocalEndPoint) { Ticket = stream.Ticket }, sink);
        }
        else if (!handshakes.TryStart(cancellation => ReadHeaderAsync(stream, peer, sink, cancellation)))
        {
            if (_faults.TryTake(_service))
            {
                LayerLog.TooManyHandshakes(_logger, _service, peer, HandshakeTracker.MaxPending);
            }

            stream.Dispose();
        }
    }

    private async ValueTask ReadHeaderAsync(SocketStream stream, EndPoint peer, IInboundSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var (behind, header) = await ProxyHeaderReader.ReadAsync(stream, _buffers, _time, cancellationToken);
            var client = header?.Source ?? peer;
            if (!_admission.Admits(client))
            {
                ReportNotAdmitted(client);
                await stream.DisposeAsync();
                return;
            }

            Push(new Inbound(behind, client, peer, header?.Destination ?? stream.LocalEndPoint) { Ticket = stream.Ticket }, sink);
        }
        catch (Exception e)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                sink.ReportFailure(new FlowException(FlowLayer.Handshake, FlowError.Failed, $"client {peer}: {e.Message}", e));
                if (_logger.IsEnabled(LogLevel.Debug) && _faults.TryTake(_service))
                {
                    LayerLog.HandshakeFailed(_logger, _service, peer, e.Message);
                }
            }

            await stream.DisposeAsync();
            throw;
        }
    }

    private void ReportNotAdmitted(EndPoint client)
    {
        if (_logger.IsEnabled(LogLevel.Debug) && _faults.TryTake(_service))
        {
            LayerLog.NotAdmitted(_logger, _service, client);
        }
    }

    private static void Push(Inbound inbound, IInboundSink sink)
    {
        if (!sink.TryAccept(inbound))
        {
            inbound.Stream!.Dispose();
        }
    }
}

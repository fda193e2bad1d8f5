using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Layers.Transports;

/// <summary>
/// Stands between the accepting of raw streams and a service: each stream's handshake is a tracked task of its own, bounded in time, and what comes
/// out of it is pushed on. Source: design.md section 2 (listeners push).
/// </summary>
internal sealed class TransportSink(
    string service, IInboundSink sink, IServerTransport transport, TimeSpan handshakeTimeout, HandshakeTracker handshakes, EngineServices engine) : IInboundSink
{
    private readonly ILogger _logger = engine.Loggers.CreateLogger<TransportSink>();

    /// <inheritdoc/>
    public TrafficTotals Totals => sink.Totals;

    /// <inheritdoc/>
    public bool IsOpen => sink.IsOpen;

    /// <inheritdoc/>
    public void ReportFault(FlowException? fault) => sink.ReportFault(fault);

    /// <inheritdoc/>
    public void ReportFailure(FlowException failure) => sink.ReportFailure(failure);

    /// <inheritdoc/>
    public bool TryAccept(Inbound inbound)
    {
        if (handshakes.TryStart(closing => HandshakeAsync(inbound, closing)))
        {
            return true;
        }

        if (engine.Faults.TryTake(service))
        {
            LayerLog.TooManyHandshakes(_logger, service, inbound.Peer, HandshakeTracker.MaxPending);
        }

        return false;
    }

    private async ValueTask HandshakeAsync(Inbound raw, CancellationToken closing)
    {
        using CancellationTokenSource timer = new(handshakeTimeout, engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closing);
        try
        {
            var accepted = await transport.AcceptAsync(raw.Stream!, either.Token);
            Inbound inner = new(accepted.Stream, accepted.Client ?? raw.Client, raw.Peer, raw.Local) { Ticket = raw.Ticket };
            if (!sink.TryAccept(inner))
            {
                await inner.DisposeAsync();
            }
        }
        catch (Exception e)
        {
            if (!closing.IsCancellationRequested)
            {
                Report(raw.Peer, timer.IsCancellationRequested, e);
            }

            await raw.DisposeAsync();
            throw;
        }
    }

    private void Report(EndPoint peer, bool isTimedOut, Exception exception)
    {
        var (layer, error, reason) = isTimedOut
            ? (FlowLayer.Handshake, FlowError.TimedOut, $"no handshake within {handshakeTimeout.TotalSeconds:0.###} s")
            : exception is FlowException flow ? (flow.Layer, flow.Error, flow.Message) : (FlowLayer.Handshake, FlowError.Failed, exception.Message);
        sink.ReportFailure(new FlowException(layer, error, $"client {peer}: {reason}", exception));
        if (_logger.IsEnabled(LogLevel.Debug) && engine.Faults.TryTake(service))
        {
            LayerLog.HandshakeFailed(_logger, service, peer, reason);
        }
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// Takes accepted transports, runs a session over each, and pushes the streams of all into a service's sink. Sessions outlive the listener that accepted
/// them: their streams go to what the service is at the time; when it is gone they end with their last stream.
/// </summary>
internal sealed class MuxSink(string service, IInboundSink sink, SmuxOptions options, EngineServices engine) : IInboundSink
{
    private readonly ILogger _logger = engine.Loggers.CreateLogger<MuxSink>();

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
        if (!sink.IsOpen || inbound.Stream is not { } transport)
        {
            return false;
        }

        // The transport itself leads to no target; each of its streams takes a ticket of its own.
        inbound.Ticket?.Settle();
        var session = SmuxSession.Start(transport, options, isClient: false, engine);
        engine.Sessions.Add(session, () => sink.IsOpen, x => ServeAsync(session, inbound, x));
        return true;
    }

    private async Task ServeAsync(SmuxSession session, Inbound transport, CancellationToken closing)
    {
        SessionFlows flows = new(sink, engine);
        while (await session.AcceptStreamAsync(closing) is { } stream)
        {
            await flows.OfferAsync(stream, transport.Client, transport.Peer, transport.Local, closing);
        }

        await session.Completion;
        MuxLog.SessionEnded(_logger, service, transport.Peer, session.Fault?.Message ?? "closed");
        if (session.Fault is SmuxProtocolException fault)
        {
            sink.ReportFailure(new FlowException(FlowLayer.Handshake, FlowError.Failed, $"{transport.Peer}: {fault.Message}", fault));
        }
    }
}

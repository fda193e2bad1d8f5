using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Layers.Sessions;

/// <summary>Offers the streams of an accepted session to a service, each with a descriptor for its way to the target; out of them, they wait.</summary>
internal sealed class SessionFlows(IInboundSink sink, EngineServices engine)
{
    /// <summary>Takes over a stream: it becomes a flow of the service, or is closed.</summary>
    public async Task OfferAsync(DuplexStream stream, EndPoint client, EndPoint peer, EndPoint? local, CancellationToken closing)
    {
        FlowTicket ticket;
        try
        {
            ticket = engine.Descriptors.TryAdmit() ?? await WaitForTicketAsync(closing);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        Inbound flow = new(stream, client, peer, local) { Ticket = ticket };
        if (!sink.TryAccept(flow))
        {
            await flow.DisposeAsync();
        }
    }

    /// <summary>Out of descriptors: the streams of this session wait, as accepted connections do.</summary>
    private async Task<FlowTicket> WaitForTicketAsync(CancellationToken closing)
    {
        FlowTicket? ticket;
        do
        {
            sink.ReportFault(engine.Descriptors.CreateFault());
            await engine.Descriptors.WaitForRoomAsync(closing);
            ticket = engine.Descriptors.TryAdmit();
        }
        while (ticket is null);
        sink.ReportFault(null);
        return ticket;
    }
}

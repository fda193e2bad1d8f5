using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Quic;

/// <summary>
/// Who gets the connections of a port, and on what terms. Sessions outlive it: their streams go to what the service is at the time; when it is gone they
/// end with their last stream. Any thread.
/// </summary>
internal sealed class QuicAttachment(string service, Func<QuicTerms> terms, AdmissionLayer admission, IInboundSink sink, EngineServices engine)
{
    private readonly ILogger _logger = engine.Loggers.CreateLogger<QuicAttachment>();

    /// <summary>How a client is served; null = it is not.</summary>
    public QuicTerms? Judge(EndPoint peer)
    {
        if (!admission.Admits(peer))
        {
            if (_logger.IsEnabled(LogLevel.Debug) && engine.Faults.TryTake(service))
            {
                QuicLog.NotAdmitted(_logger, service, peer);
            }

            return null;
        }

        try
        {
            return terms();
        }
        catch (FlowException e)
        {
            // The certificate cannot be read at the moment.
            sink.ReportFailure(e);
            return null;
        }
    }

    /// <summary>Takes over a connection. False: the service takes none.</summary>
    public bool TryAccept(IQuicLink link)
    {
        if (!sink.IsOpen)
        {
            return false;
        }

        var session = QuicSession.OfServer(link, engine);
        engine.Sessions.Add(session, () => sink.IsOpen, x => ServeAsync(session, x));
        return true;
    }

    /// <summary>A client's handshake has failed.</summary>
    public void ReportFailure(FlowException failure)
    {
        sink.ReportFailure(failure);
        if (_logger.IsEnabled(LogLevel.Debug) && engine.Faults.TryTake(service))
        {
            QuicLog.HandshakeFailed(_logger, service, failure.Message);
        }
    }

    /// <summary>Accepting has a fault, or (null) has none any more.</summary>
    public void ReportFault(FlowException? fault) => sink.ReportFault(fault);

    private async Task ServeAsync(QuicSession session, CancellationToken closing)
    {
        var peer = session.RemoteEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        SessionFlows flows = new(sink, engine);
        while (await session.AcceptStreamAsync(closing) is { } stream)
        {
            await flows.OfferAsync(stream, peer, peer, session.LocalEndPoint, closing);
        }

        QuicLog.SessionEnded(_logger, service, peer, session.Fault?.Message ?? "closed");
    }
}

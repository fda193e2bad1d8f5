using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Http;

/// <summary>Passes requests other than CONNECT on to the servers they name. Source: spec/wire/http.md section 6.</summary>
internal sealed class HttpForwarding(HttpHandlerOptions options, HttpReplies replies, TargetDialer dialer, EngineServices engine, ILogger logger)
{
    /// <summary>
    /// Serves one request; true = the client's connection takes another one. Throws <see cref="FlowException"/> when it could not be passed on, after the
    /// client was told.
    /// </summary>
    public async ValueTask<bool> ServeAsync(
        HttpClientConnection client, HttpRequestHead request, HttpDestination destination, HttpFraming framing, Target target, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                HttpExchange exchange = new(client, request, destination, framing, options, engine, logger);
                var served = await OpenAsync(client, target, exchange.IsRepeatable, stopping);

                // OpenAsync has put one there.
                var end = await exchange.RunAsync(client.Upstream!, served, stopping);
                if (!exchange.KeepsUpstream)
                {
                    await client.ReplaceUpstreamAsync(null);
                }

                switch (end)
                {
                    case HttpExchangeEnd.Open:
                        return true;
                    case HttpExchangeEnd.Again:
                        continue;
                    default:
                        await client.CloseAsync(end == HttpExchangeEnd.CloseUnread, stopping);
                        return false;
                }
            }
        }
        catch (FlowException e)
        {
            await client.ReplaceUpstreamAsync(null);
            var answer = e.Layer == FlowLayer.Handshake && !e.InChain ? replies.BadRequest : replies.Unavailable;
            await client.RefuseAsync(answer, framing.End != HttpBodyEnd.None, stopping);
            throw;
        }
    }

    /// <summary>Puts a connection to the target into the client's connection; true = one that has served before.</summary>
    private async ValueTask<bool> OpenAsync(HttpClientConnection client, Target target, bool mayReuse, CancellationToken stopping)
    {
        if (mayReuse && client.Upstream?.Target == target)
        {
            return true;
        }

        var stream = await dialer.DialAsync(client.Inbound, target, stopping);
        if (client.Inbound.Local is IPEndPoint local && stream.RemoteEndPoint is IPEndPoint remote && EndPointForms.Unmapped(local)!.Equals(EndPointForms.Unmapped(remote)))
        {
            await stream.DisposeAsync();
            throw new FlowException(FlowLayer.Connect, FlowError.NotPermitted, $"http: {target} is this proxy itself: the request would go in circles");
        }

        await client.ReplaceUpstreamAsync(new HttpUpstream(target, stream, engine.Buffers));
        return false;
    }
}

using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Net;
using Gost.Engine.Relaying;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Udp;

/// <summary>Forwards the datagrams of a client to one target, selected when its session begins. Source: spec/forwarding.md sections 1 and 6.</summary>
internal sealed class UdpHandler(IForwarder forwarder, UdpHandlerOptions options, BufferPool buffers, TimeProvider time, ILogger logger) : IHandler
{
    /// <summary>Reads the options and builds the handler.</summary>
    public static UdpHandler Build(HandlerBuildContext context, bool mayBeStateless) => new(
        context.Forwarder,
        UdpHandlerOptions.Bind(context.Metadata, mayBeStateless),
        context.Engine.Buffers,
        context.Engine.Time,
        context.Engine.Loggers.CreateLogger<UdpHandler>());

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var client = inbound.Channel
            ?? throw new FlowException(FlowLayer.Relay, FlowError.Unsupported, "this handler forwards datagrams; the listener accepts streams");
        await using var target = await forwarder.AssociateAsync(inbound, stopping);
        var session = client as UdpSession;
        if (options.Stateless || session is { Stateless: true })
        {
            await ExchangeAsync(inbound, client, target, stopping);
            return;
        }

        // A session that lasts keeps its target through the target's restart; one per request is better off with another target.
        var endWhenRefused = session is { KeepAlive: false };
        await DatagramRelay.RunAsync(inbound, target, new DatagramRelayOptions(options.IdleTimeout, endWhenRefused), buffers, time, logger);
    }

    /// <summary>One datagram there, at most one back.</summary>
    private async ValueTask ExchangeAsync(Inbound inbound, IDatagramChannel client, IDatagramChannel target, CancellationToken stopping)
    {
        var request = buffers.Rent(DatagramSockets.MaxDatagram);
        var reply = buffers.Rent(options.BufferSize);
        using var timeout = new CancellationTokenSource(options.ReadTimeout, time);
        try
        {
            if (await client.ReceiveAsync(request, stopping) is not { } sent)
            {
                return;
            }

            inbound.Counters.AddInput(sent.Length);
            await target.SendAsync(request.AsMemory(0, sent.Length), null, stopping);
            if (await ReceiveReplyAsync(client, target, reply, timeout) is { } received)
            {
                inbound.Counters.AddOutput(received.Length);
                await client.SendAsync(reply.AsMemory(0, received.Length), null, stopping);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            DatagramRelayLog.Broken(logger, e.Message);
        }
        finally
        {
            buffers.Return(reply);
            buffers.Return(request);
        }
    }

    /// <summary>The reply, or null after the time limit or when the client's channel is closed meanwhile.</summary>
    private async ValueTask<Datagram?> ReceiveReplyAsync(IDatagramChannel client, IDatagramChannel target, byte[] buffer, CancellationTokenSource timeout)
    {
        var reply = target.ReceiveAsync(buffer.AsMemory(0, options.BufferSize), timeout.Token).AsTask();
        var closed = CancelWhenClosedAsync(client, timeout);
        try
        {
            return await reply;
        }
        finally
        {
            await timeout.CancelAsync();
            await closed;
        }
    }

    private static async Task CancelWhenClosedAsync(IDatagramChannel client, CancellationTokenSource timeout)
    {
        try
        {
            if (!await client.WaitToReceiveAsync(timeout.Token))
            {
                await timeout.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The reply came, or its time is over.
        }
    }
}

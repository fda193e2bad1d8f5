using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Relaying;

namespace Gost.Engine.Protocols.Forward;

/// <summary>
/// Forwards each stream to a target that the forwarder selects: handlers <c>tcp</c>, <c>forward</c> and <c>rtcp</c>. When no target can be
/// reached the client's connection is closed. Source: spec/forwarding.md section 1, spec/wire/forward.md.
/// </summary>
internal sealed class ForwardHandler(IForwarder forwarder, ForwardHandlerOptions options, StreamRelay relay) : IHandler
{
    /// <summary>Reads the options and builds the handler.</summary>
    public static ForwardHandler Build(HandlerBuildContext context) => new(
        context.Forwarder,
        ForwardHandlerOptions.Bind(context.Metadata),
        new StreamRelay(context.Engine));

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var client = inbound.Stream
            ?? throw new FlowException(FlowLayer.Connect, FlowError.Unsupported, "this handler forwards streams; use handler udp on a datagram listener");
        await using var target = await DialAsync(inbound, stopping);
        if (options.ProxyVersion > 0)
        {
            await SendHeaderAsync(inbound, target, stopping);
        }

        await relay.RunAsync(inbound, client, target, options.IdleTimeout);
    }

    private async ValueTask<DuplexStream> DialAsync(Inbound inbound, CancellationToken stopping)
    {
        try
        {
            return await forwarder.DialAsync(inbound, stopping);
        }
        finally
        {
            inbound.Ticket?.Settle();
        }
    }

    private async ValueTask SendHeaderAsync(Inbound inbound, DuplexStream target, CancellationToken stopping)
    {
        try
        {
            await target.WriteAsync(ProxyHeaderWriter.Write(options.ProxyVersion, inbound.Client, inbound.Local), stopping);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Connect, FlowError.Failed, $"proxyproto: {inbound.Counters.Target} closed the connection before its header", e);
        }
    }
}

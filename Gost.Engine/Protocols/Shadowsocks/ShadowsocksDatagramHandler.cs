using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Handler <c>ssu</c>: datagrams to any number of targets, as packets of a datagram listener's session or within a stream, as the listener yields them.
/// Source: spec/wire/shadowsocks.md sections 4 and 7.
/// </summary>
internal sealed class ShadowsocksDatagramHandler : IHandler
{
    private readonly ShadowsocksHandlerOptions _options;
    private readonly ShadowsocksAcceptor _acceptor;
    private readonly TargetDialer _dialer;
    private readonly EngineServices _engine;
    private readonly ILogger _logger;

    /// <summary>Reads the options and builds the handler.</summary>
    public ShadowsocksDatagramHandler(HandlerBuildContext context)
    {
        _options = ShadowsocksHandlerOptions.Bind(context);
        _engine = context.Engine;
        _acceptor = new ShadowsocksAcceptor(context.Service.Name, _options, _engine);
        _dialer = TargetDialer.Build(context);
        _logger = _engine.Loggers.CreateLogger<ShadowsocksDatagramHandler>();
    }

    /// <inheritdoc/>
    public ValueTask HandleAsync(Inbound inbound, CancellationToken stopping) =>
        inbound.Channel is { } packets ? ServePacketsAsync(inbound, packets, stopping) : ServeStreamAsync(inbound, inbound.Stream!, stopping); // one of both

    private async ValueTask ServePacketsAsync(Inbound inbound, IDatagramChannel packets, CancellationToken stopping)
    {
        await using ShadowsocksDatagramChannel client = new(packets, null, _acceptor.Key, _acceptor.Salts, _engine.Buffers);

        // Nothing is opened for a client who has not shown that he has the key.
        if (!await client.OpenFirstAsync(stopping))
        {
            throw new FlowException(
                FlowLayer.Authentication,
                FlowError.Unauthenticated,
                "shadowsocks: a packet that does not decrypt or has been before: another method or password, or no Shadowsocks");
        }

        await using var upstream = await _dialer.AssociateAsync(inbound, null, stopping);
        await RelayAsync(inbound, client, upstream);
    }

    private async ValueTask ServeStreamAsync(Inbound inbound, DuplexStream raw, CancellationToken stopping)
    {
        // The stream's own address says nothing that the datagrams do not.
        if (await _acceptor.AcceptAsync(raw, TargetNetwork.Udp, stopping) is not var (stream, _))
        {
            return;
        }

        await using FramedDatagramChannel client = new(stream, null, _options.DatagramSize, _engine.Buffers);
        await using var upstream = await _dialer.AssociateAsync(inbound, null, stopping);
        await RelayAsync(inbound, client, upstream);
    }

    private async ValueTask RelayAsync(Inbound inbound, IDatagramChannel client, IDatagramChannel upstream)
    {
        ShadowsocksLog.Associated(_logger, inbound.Id, inbound.Client);
        DatagramRelayOptions options = new(_options.IdleTimeout, EndWhenRefused: false, Addressed: true);
        await DatagramRelay.RunAsync(inbound, client, upstream, options, _engine.Buffers, _engine.Time, _logger);
    }
}

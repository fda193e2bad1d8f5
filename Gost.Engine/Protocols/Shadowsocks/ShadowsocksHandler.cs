using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Handler <c>ss</c>: dials the targets that clients ask for. A target that cannot be reached closes the stream: there is no answer for it.</summary>
internal sealed class ShadowsocksHandler : IHandler
{
    private readonly ShadowsocksHandlerOptions _options;
    private readonly ShadowsocksAcceptor _acceptor;
    private readonly TargetDialer _dialer;
    private readonly StreamRelay _relay;

    /// <summary>Reads the options and builds the handler.</summary>
    public ShadowsocksHandler(HandlerBuildContext context)
    {
        _options = ShadowsocksHandlerOptions.Bind(context);
        _acceptor = new ShadowsocksAcceptor(context.Service.Name, _options, context.Engine);
        _dialer = TargetDialer.Build(context);
        _relay = new StreamRelay(context.Engine);
    }

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var raw = inbound.Stream
            ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "handler ss serves streams; take ssu on a datagram listener");
        if (await _acceptor.AcceptAsync(raw, TargetNetwork.Tcp, stopping) is not var (client, to))
        {
            return;
        }

        await using (client)
        {
            await using var target = await _dialer.DialAsync(inbound, to, stopping);
            await _relay.RunAsync(inbound, client, target, _options.IdleTimeout);
        }
    }
}

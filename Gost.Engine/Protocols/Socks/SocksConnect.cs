using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;

namespace Gost.Engine.Protocols.Socks;

/// <summary>CONNECT of every SOCKS version: dials what the client named, replies, relays. Source: spec/wire/socks5.md sections 4 and 12.</summary>
internal sealed class SocksConnect(HandlerBuildContext context)
{
    private readonly TargetDialer _targets = TargetDialer.Build(context);
    private readonly StreamRelay _relay = new(context.Engine);

    /// <summary>Opens the ways to targets; shared with the commands for datagrams.</summary>
    public TargetDialer Targets => _targets;

    /// <summary>Serves to the end. <paramref name="replyOf"/>: the reply to success (null) or to a fault. Throws <see cref="FlowException"/>.</summary>
    public async ValueTask ServeAsync(SocksClient client, Target to, Func<FlowException?, byte[]> replyOf, CancellationToken stopping)
    {
        DuplexStream target;
        try
        {
            target = await _targets.DialAsync(client.Inbound, to, stopping);
        }
        catch (FlowException e)
        {
            await client.RefuseAsync(replyOf(e), stopping);
            throw;
        }

        await using (target)
        {
            await client.ReplyAsync(replyOf(null), stopping);
            await RelayAsync(client.Inbound, client.Stream, target);
        }
    }

    /// <summary>Relays to the end; borrows both streams.</summary>
    public ValueTask<RelayOutcome> RelayAsync(Inbound inbound, DuplexStream client, DuplexStream target) =>
        _relay.RunAsync(inbound, client, target, TimeSpan.Zero);
}

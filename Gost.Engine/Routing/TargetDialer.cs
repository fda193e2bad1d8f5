using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;

namespace Gost.Engine.Routing;

/// <summary>
/// Opens the way to a target that the client named: what proxy handlers dial with. Tries again <c>retries</c> times, over routes selected anew. Immutable.
/// Source: spec/forwarding.md sections 3 and 8.
/// </summary>
internal sealed class TargetDialer
{
    private readonly Router _router;
    private readonly int _retries;
    private readonly bool _hashByTarget;

    private TargetDialer(Router router, long retries, bool hashByTarget) =>
        (_router, _retries, _hashByTarget) = (router, (int)Math.Clamp(retries, 0, int.MaxValue - 1), hashByTarget);

    /// <summary>The dialer of a handler: its router, its <c>retries</c> and its metadata <c>hash</c> (<c>host</c> = strategy hash goes by the target).</summary>
    public static TargetDialer Build(HandlerBuildContext context) => new(
        context.Router,
        context.Service.Handler?.Retries ?? 0,
        string.Equals(context.Metadata.GetString("hash"), "host", StringComparison.OrdinalIgnoreCase));

    /// <summary>A stream to the target, which the caller owns. Throws <see cref="FlowException"/>. Sets the flow's target.</summary>
    public ValueTask<DuplexStream> DialAsync(Inbound inbound, Target to, CancellationToken cancellationToken) =>
        OpenAsync(inbound, to, static (route, target, x) => route.DialAsync(target!, x), cancellationToken);

    /// <summary>Datagrams to the target, or to many where it is null; the caller owns the channel.</summary>
    public ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, Target? to, CancellationToken cancellationToken) =>
        OpenAsync(inbound, to, static (route, target, x) => route.AssociateAsync(target, x), cancellationToken);

    private async ValueTask<T> OpenAsync<T>(
        Inbound inbound, Target? to, Func<IRoute, Target?, CancellationToken, ValueTask<T>> open, CancellationToken cancellationToken)
    {
        try
        {
            inbound.Counters.Target = to?.ToString() ?? "";
            RouteQuery query = new(to?.Network ?? TargetNetwork.Udp, to, inbound, _hashByTarget);
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    return await open(_router.Route(query, _router.DialTimeout), to, cancellationToken);
                }
                catch (FlowException) when (attempt < _retries)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            inbound.Ticket?.Settle();
        }
    }
}

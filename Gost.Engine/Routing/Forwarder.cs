using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>The targets of a service. Source: spec/forwarding.md sections 1 and 2.</summary>
internal sealed class Forwarder : IForwarder
{
    // Enough for one repeated SYN, so that a target that drops packets is told from a slow one.
    private static readonly TimeSpan LeastShare = TimeSpan.FromSeconds(3);

    private readonly TargetSource _source;
    private readonly Router _router;
    private readonly int _retries;
    private readonly TimeProvider _time;

    private Forwarder(TargetSource source, Router router, long retries, TimeProvider time) =>
        (_source, _router, _retries, _time) = (source, router, (int)Math.Clamp(retries, 0, int.MaxValue - 1), time);

    /// <summary>
    /// Builds from <c>forwarder.nodes</c>, or a named hop (bound late), or nothing (<see cref="Target.Placeholder"/>). Health and round of
    /// targets that stay (same name and address) are taken from <paramref name="previous"/>.
    /// </summary>
    public static IForwarder Build(
        ServiceConfig service, MetadataReader serviceMetadata, Router router, EngineServices engine, IForwarder? previous = null)
    {
        // Findings of the nodes have pointers of their own; the service's reader is where the caller collects all of them.
        var source = TargetSource.Build(service, engine, serviceMetadata.Findings, (previous as Forwarder)?._source);
        return new Forwarder(source, router, service.Handler?.Retries ?? 0, engine.Time);
    }

    /// <inheritdoc/>
    public IReadOnlyList<TargetHealth> Health => _source.Health;

    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(Inbound inbound, CancellationToken cancellationToken) =>
        OpenAsync(inbound, TargetNetwork.Tcp, static (route, target, x) => route.DialAsync(target, x), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, CancellationToken cancellationToken) =>
        OpenAsync(inbound, TargetNetwork.Udp, static (route, target, x) => route.AssociateAsync(target, x), cancellationToken);

    private async ValueTask<T> OpenAsync<T>(
        Inbound inbound, TargetNetwork network, Func<IRoute, Target, CancellationToken, ValueTask<T>> open, CancellationToken cancellationToken)
    {
        TargetWalk walk = new(_source.Current(), inbound, network);
        FlowException? last = null;
        for (var attempt = 0; attempt <= _retries; attempt++)
        {
            var started = _time.GetTimestamp();
            walk.Restart();
            while (walk.MoveNext())
            {
                var left = Left(started);
                if (left == TimeSpan.Zero)
                {
                    break;
                }

                try
                {
                    var opened = await open(_router.Route(walk.Target, inbound, Share(left, walk.Remaining)), walk.Target, cancellationToken);
                    walk.Succeeded();
                    return opened;
                }
                catch (FlowException exception)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    last = Named(exception, walk.Name);
                    if (!IsTargetsFault(exception))
                    {
                        break;
                    }

                    walk.Failed();
                }
            }
        }

        throw last ?? new FlowException(FlowLayer.Select, FlowError.NoNode, walk.NoNodeReason);
    }

    /// <summary>What is left of the time of an attempt that began at <paramref name="started"/>.</summary>
    private TimeSpan Left(long started)
    {
        if (_router.DialTimeout == Timeout.InfiniteTimeSpan)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = _router.DialTimeout - _time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>
    /// The time that one target gets, so that one which answers nothing leaves some for the others: an equal part of what is left, but
    /// not too little to be fair.
    /// </summary>
    private static TimeSpan Share(TimeSpan left, int remaining)
    {
        if (left == Timeout.InfiniteTimeSpan || remaining <= 1)
        {
            return left;
        }

        var share = left / remaining;
        return share > LeastShare ? share : left < LeastShare ? left : LeastShare;
    }

    // A chain that is broken, or this host out of means, would fail with every target, and says nothing about any of them.
    private static bool IsTargetsFault(FlowException exception) => !exception.InChain
        && exception.Error is not (FlowError.OutOfDescriptors or FlowError.NotPermitted or FlowError.Stopped or FlowError.NoNode);

    private static FlowException Named(FlowException exception, string target) => exception.InChain || target.Length == 0
        ? exception
        : new FlowException(exception.Layer, exception.Error, exception.Message, exception) { Node = target };
}

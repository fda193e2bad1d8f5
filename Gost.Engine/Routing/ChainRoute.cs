using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>
/// The way through selected nodes. Dial and handshake of a node, and the previous node's way to it, are charged to that node; what the last
/// node cannot reach is charged to nobody here. Serves one flow. Source: spec/forwarding.md sections 2 and 3.
/// </summary>
/// <remarks>
/// <c>reselect</c> selects anew when a node was replaced between its selection and its use, so that a change is never seen by a flow; without it, or when
/// that goes on, the flow fails with that reason.
/// </remarks>
internal sealed class ChainRoute(
    Chain chain,
    RouteStep[] steps,
    SocketDialer service,
    Inbound? inbound,
    DialLimit limit,
    EngineServices engine,
    RouteTrace? trace = null,
    Func<(Chain? Chain, RouteStep[] Steps)>? reselect = null) : IRoute
{
    // Each needs another change in the instant between selection and use.
    private const int MaxReselections = 8;

    private RouteStep Last => steps[^1];

    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(Target to, CancellationToken cancellationToken) =>
        AlongAsync(FlowLayer.Connect, to, static (connector, via, target, x) => connector.ConnectAsync(via, target!, x), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IDatagramChannel> AssociateAsync(Target? to, CancellationToken cancellationToken) => AlongAsync(
        FlowLayer.Associate,
        to,
        (connector, via, target, x) => AssociateAsync(steps.Length - 1, connector, via, target, x),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(BindRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var listener = await AlongAsync(FlowLayer.Bind, null, (connector, via, _, x) => connector.BindAsync(via, request, x), cancellationToken);
            return new ChainListener(listener, Last);
        }
        catch (FlowException exception) when (!exception.InChain)
        {
            // There is no target that could be at fault.
            throw Named(Last, exception.Layer, exception.Error, exception.Message, exception);
        }
    }

    /// <summary>Reaches the last node and asks it. While that lasts the nodes' dialers stay, even if the chain is replaced.</summary>
    private async ValueTask<T> AlongAsync<T>(
        FlowLayer layer, Target? to, Func<IConnector, DuplexStream, Target?, CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        var held = 0;
        using var scope = limit.Start(cancellationToken);
        try
        {
            for (var attempt = 0; held < steps.Length;)
            {
                if (steps[held].Node.Transport?.Dialers.TryAcquire() != false)
                {
                    held++;
                    continue;
                }

                var replaced = steps[held];
                await ReleaseAsync(held);
                held = 0;
                if (reselect is null || attempt++ == MaxReselections || reselect() is not ({ } newChain, { Length: > 0 } newSteps))
                {
                    throw Named(replaced, FlowLayer.Select, FlowError.Stopped, "the node was replaced meanwhile, try again", null);
                }

                (chain, steps) = (newChain, newSteps);
            }

            // Before anything is dialled: a name that is not known needs no chain.
            var target = to is null ? null : await service.MapHostAsync(to, scope.Token);
            var via = await ReachAsync(steps.Length - 1, scope.Caller, scope.Token);
            var opened = trace is null ? await AskLastAsync() : await trace.MeasureAsync(Last, layer, to?.ToString() ?? "", AskLastAsync);
            chain.Marker.Reset();
            return opened;

            ValueTask<T> AskLastAsync() => AskAsync(scope, x => ask(Last.Node.Transport!.Connector, via, target, x)); // Reached, so there is a transport.
        }
        catch (FlowException exception) when (exception.InChain)
        {
            if (IsCharged(exception))
            {
                chain.Marker.MarkFailure();
            }

            throw;
        }
        finally
        {
            await ReleaseAsync(held);
        }
    }

    private async ValueTask ReleaseAsync(int held)
    {
        for (var i = 0; i < held; i++)
        {
            await (steps[i].Node.Transport?.Dialers.ReleaseAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static ValueTask<IDatagramChannel> AssociateAsync(int index, IConnector connector, DuplexStream via, Target? to, CancellationToken cancellationToken) =>
        index > 0 && connector.DatagramsLeaveThisHost ? RefusePastAsync(via) : connector.AssociateAsync(via, to, cancellationToken);

    private static async ValueTask<IDatagramChannel> RefusePastAsync(DuplexStream via)
    {
        await via.DisposeAsync();
        throw new FlowException(
            FlowLayer.Associate,
            FlowError.Unsupported,
            "relay=udp sends datagrams straight from this host, past the hops before; leave it out, so that they travel through the chain");
    }

    /// <summary>
    /// The transport to a node. The hops before are reached when its dialer asks for a raw stream: one that shares sessions may not.
    /// <paramref name="caller"/> is the flow's own token, <paramref name="cancellationToken"/> the one that ends the attempt in time as well.
    /// </summary>
    private async ValueTask<DuplexStream> ReachAsync(int index, CancellationToken caller, CancellationToken cancellationToken)
    {
        var started = engine.Time.GetTimestamp();
        var failed = true;
        try
        {
            var stream = await DialAsync(index, caller, cancellationToken);
            steps[index].Node.Marker.Reset();
            failed = false;
            return stream;
        }
        catch (Exception exception) when (exception is not FlowException { InChain: true }
            && (exception is not OperationCanceledException || !caller.IsCancellationRequested))
        {
            throw Blame(steps[index], exception);
        }
        finally
        {
            if (index == 0 || failed)
            {
                engine.Observer()?.ChainTried(chain.Name, steps[index].Node.Name, engine.Time.GetElapsedTime(started), failed);
            }
        }
    }

    private async ValueTask<DuplexStream> DialAsync(int index, CancellationToken caller, CancellationToken cancellationToken)
    {
        var step = steps[index];
        if (step.Node.Transport is not { } transport)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, $"node {step.Node.Name}: its connector or dialer is not supported by this build");
        }

        var sockets = transport.Sockets.For(inbound);
        var address = step.Node.TargetFor(TargetNetwork.Tcp);
        var watch = trace?.Watch(step, address, transport.DialerType);
        var dialer = transport.Dialers.Behind(steps.AsSpan(0, index));
        try
        {
            var stream = await dialer.DialAsync(new NodeContext(address, index == 0, OpenAsync, OpenDatagramsAsync, sockets, inbound), cancellationToken);
            watch?.Reached();
            return stream;
        }
        catch (Exception exception)
        {
            watch?.Failed(exception);
            throw;
        }

        async ValueTask<DuplexStream> OpenAsync(CancellationToken token)
        {
            if (index > 0)
            {
                return await OpenThroughAsync(address, static (_, connector, via, to, x) => connector.ConnectAsync(via, to, x), token);
            }

            watch?.Dialling();
            var stream = await sockets.ConnectAsync(address, watch is null ? null : watch.Resolved, token);
            watch?.Dialled();
            return stream;
        }

        async ValueTask<IDatagramChannel> OpenDatagramsAsync(CancellationToken token)
        {
            var to = step.Node.TargetFor(TargetNetwork.Udp);
            if (index > 0)
            {
                return await OpenThroughAsync(to, static (at, connector, via, target, x) => AssociateAsync(at, connector, via, target, x), token);
            }

            watch?.Dialling();
            var channel = await sockets.OpenDatagramsAsync(to, token);
            watch?.Dialled();
            return channel;
        }

        async ValueTask<T> OpenThroughAsync<T>(
            Target to, Func<int, IConnector, DuplexStream, Target, CancellationToken, ValueTask<T>> ask, CancellationToken token)
        {
            var target = await sockets.MapHostAsync(to, token);
            var via = await ReachAsync(index - 1, caller, token);
            watch?.Connecting();
            try
            {
                // The previous connector owns and, when it fails, disposes what it was given.
                var opened = await ask(index - 1, steps[index - 1].Node.Transport!.Connector, via, target, token);
                if (opened is ILateAnswer late)
                {
                    await (trace is null ? ValueTask.CompletedTask : late.ConfirmAsync(token));
                    late.Blame = x => x.InChain ? x : Blame(IsOfTheNode(x) ? steps[index - 1] : step, x);
                }

                watch?.Connected();
                return opened;
            }
            catch (FlowException exception) when (IsOfTheNode(exception) || exception is { Layer: FlowLayer.Associate, Error: FlowError.Unsupported })
            {
                // It is the previous node that does not want to talk to us, or carries no UDP; this one was not asked yet.
                watch?.Failed(exception);
                throw Blame(steps[index - 1], exception);
            }
        }
    }

    private async ValueTask<T> AskAsync<T>(DialLimit.Scope scope, Func<CancellationToken, ValueTask<T>> ask)
    {
        try
        {
            var opened = await ask(scope.Token);
            if (opened is ILateAnswer late)
            {
                await (trace is null ? ValueTask.CompletedTask : late.ConfirmAsync(scope.Token));
                late.Blame = BlameLate;
            }

            return opened;
        }
        catch (OperationCanceledException exception) when (!scope.Caller.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Connect, FlowError.TimedOut, $"node {Last.Node.Name}: no answer in time", exception);
        }
        catch (FlowException exception) when (IsOfTheNode(exception)
            || exception is { Layer: FlowLayer.Associate or FlowLayer.Bind, Error: FlowError.Unsupported })
        {
            // The node did not want to talk to us at all, or cannot do what is asked, so another target would do no better.
            throw Named(Last, exception.Layer, exception.Error, exception.Message, exception);
        }
    }

    /// <summary>What the last node says when its answer comes with the first data only.</summary>
    private FlowException BlameLate(FlowException exception)
    {
        if (exception.InChain || !IsOfTheNode(exception))
        {
            return exception;
        }

        chain.Marker.MarkFailure();
        return Named(Last, exception.Layer, exception.Error, exception.Message, exception);
    }

    private static bool IsOfTheNode(FlowException exception) => exception.Layer is FlowLayer.Tls or FlowLayer.Handshake or FlowLayer.Authentication;

    private static bool IsCharged(FlowException exception) =>
        exception.Error is not (FlowError.OutOfDescriptors or FlowError.Unsupported or FlowError.Stopped);

    private static FlowException Blame(RouteStep step, Exception exception)
    {
        if (exception is FlowException flow)
        {
            if (IsCharged(flow))
            {
                step.Node.Marker.MarkFailure();
            }

            return Named(step, flow.Layer, flow.Error, flow.Message, flow);
        }

        step.Node.Marker.MarkFailure();
        return exception is OperationCanceledException
            ? Named(step, FlowLayer.Dial, FlowError.TimedOut, "timed out", exception)
            : Named(step, FlowLayer.Handshake, FlowError.Failed, exception.Message, exception);
    }

    private static FlowException Named(RouteStep step, FlowLayer layer, FlowError error, string message, Exception? inner) =>
        new(layer, error, $"hop {step.Hop}, node {step.Node.Name}: {message}", inner) { Hop = step.Hop, Node = step.Node.Name };
}

using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>
/// The way through selected nodes. Dial and handshake of a node, and the previous node's way to it, are charged to that node; what the last
/// node cannot reach is charged to nobody here. Source: spec/forwarding.md sections 2 and 3.
/// </summary>
internal sealed class ChainRoute(
    string chain, RouteStep[] steps, SocketDialer service, Inbound? inbound, DialLimit limit, EngineServices engine) : IRoute
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(Target to, CancellationToken cancellationToken)
    {
        using var scope = limit.Start(cancellationToken);
        var (via, last) = await ReachLastAsync(scope);
        return await AskAsync(last, scope, x => last.Node.Transport!.Connector.ConnectAsync(via, service.MapHost(to), x));
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(Target? to, CancellationToken cancellationToken)
    {
        using var scope = limit.Start(cancellationToken);
        var (via, last) = await ReachLastAsync(scope);
        return await AskAsync(last, scope, x => last.Node.Transport!.Connector.AssociateAsync(via, to is null ? null : service.MapHost(to), x));
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(BindRequest request, CancellationToken cancellationToken)
    {
        using var scope = limit.Start(cancellationToken);
        var (via, last) = await ReachLastAsync(scope);
        try
        {
            return new ChainListener(await AskAsync(last, scope, x => last.Node.Transport!.Connector.BindAsync(via, request, x)), last);
        }
        catch (FlowException exception) when (!exception.InChain)
        {
            // There is no target that could be at fault.
            throw Named(last, exception.Layer, exception.Error, exception.Message, exception);
        }
    }

    private async ValueTask<(DuplexStream Via, RouteStep Last)> ReachLastAsync(DialLimit.Scope scope) =>
        (await ReachAsync(steps.Length - 1, scope.Caller, scope.Token), steps[^1]);

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
                engine.Observer()?.ChainTried(chain, steps[index].Node.Name, engine.Time.GetElapsedTime(started), failed);
            }
        }
    }

    private ValueTask<DuplexStream> DialAsync(int index, CancellationToken caller, CancellationToken cancellationToken)
    {
        var node = steps[index].Node;
        if (node.Transport is not { } transport)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, $"node {node.Name}: its connector or dialer is not supported by this build");
        }

        var sockets = transport.Sockets.For(inbound);
        var address = node.TargetFor(TargetNetwork.Tcp);
        Func<CancellationToken, ValueTask<DuplexStream>> open = index == 0
            ? x => sockets.ConnectAsync(address, x)
            : async x =>
            {
                var via = await ReachAsync(index - 1, caller, x);

                // The previous connector owns and, when it fails, disposes what it was given.
                return await steps[index - 1].Node.Transport!.Connector.ConnectAsync(via, sockets.MapHost(address), x);
            };
        return transport.Dialer.DialAsync(new NodeContext(address, index == 0, open, sockets, inbound), cancellationToken);
    }

    private static async ValueTask<T> AskAsync<T>(RouteStep last, DialLimit.Scope scope, Func<CancellationToken, ValueTask<T>> ask)
    {
        try
        {
            return await ask(scope.Token);
        }
        catch (OperationCanceledException exception) when (!scope.Caller.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Connect, FlowError.TimedOut, $"node {last.Node.Name}: no answer in time", exception);
        }
        catch (FlowException exception) when (exception is { Layer: FlowLayer.Tls or FlowLayer.Handshake or FlowLayer.Authentication }
            or { Layer: FlowLayer.Associate or FlowLayer.Bind, Error: FlowError.Unsupported })
        {
            // The node did not want to talk to us at all, or cannot do what is asked, so another target would do no better.
            throw Named(last, exception.Layer, exception.Error, exception.Message, exception);
        }
    }

    private static FlowException Blame(RouteStep step, Exception exception)
    {
        if (exception is FlowException flow)
        {
            if (flow.Error is not (FlowError.OutOfDescriptors or FlowError.Unsupported))
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

    private static FlowException Named(RouteStep step, FlowLayer layer, FlowError error, string message, Exception inner) =>
        new(layer, error, $"hop {step.Hop}, node {step.Node.Name}: {message}", inner) { Hop = step.Hop, Node = step.Node.Name };
}

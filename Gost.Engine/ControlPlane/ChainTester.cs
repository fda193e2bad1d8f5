using System.Collections.Concurrent;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Net;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;

namespace Gost.Engine.ControlPlane;

/// <summary>
/// Tries chains as a connection would: the same nodes are selected, dialled and marked. One test at a time for each chain. Any thread.
/// </summary>
internal sealed class ChainTester(EngineServices engine)
{
    private readonly ConcurrentDictionary<string, bool> _running = new(StringComparer.Ordinal);

    /// <summary>Tests a chain that exists; null while another test of it is under way.</summary>
    public async ValueTask<ChainTestResult?> TestAsync(string chain, ChainTestConfig request, CancellationToken cancellationToken)
    {
        if (!_running.TryAdd(chain, true))
        {
            return null;
        }

        try
        {
            return await RunAsync(chain, request, cancellationToken);
        }
        finally
        {
            _running.TryRemove(chain, out _);
        }
    }

    private async ValueTask<ChainTestResult> RunAsync(string name, ChainTestConfig request, CancellationToken cancellationToken)
    {
        var network = request.Network.Equals("udp", StringComparison.OrdinalIgnoreCase) ? TargetNetwork.Udp : TargetNetwork.Tcp;
        var target = TargetAddress.Parse(request.Target, network);
        var limit = request.Timeout.ToTimeSpan() is var asked && asked > TimeSpan.Zero ? asked : ChainTestRules.Longest;
        RouteTrace trace = new(engine.Time);
        ServiceError? error = null;
        var started = engine.Time.GetTimestamp();
        try
        {
            var chain = engine.Objects.Chains.Get(name).Current
                ?? throw new FlowException(FlowLayer.Select, FlowError.NoNode, $"chain {name} cannot be used by this build") { Hop = "" };
            SocketDialer sockets = new(OutgoingOptions.None, NameLookup.System, engine.Time);
            ChainRoute route = new(
                chain, chain.Select(new RouteQuery(network, target, null), false), sockets, null, new DialLimit(limit, engine.Time), engine, trace);
            await using IAsyncDisposable opened = network == TargetNetwork.Udp
                ? await route.AssociateAsync(target, cancellationToken)
                : await route.DialAsync(target, cancellationToken);
        }
        catch (FlowException exception)
        {
            error = new ServiceError(engine.Time.GetUtcNow(), exception.Layer, exception.Hop, exception.Node, exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A connector whose stream broke while it waited for the answer.
            error = new ServiceError(engine.Time.GetUtcNow(), FlowLayer.Connect, null, null, exception.Message);
        }

        return new ChainTestResult(
            engine.Time.GetElapsedTime(started),
            [.. trace.Steps.Select(static x => new ChainTestStep(x.Hop, x.Node, x.Layer, x.Address, x.Took, x.Error))],
            error);
    }
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Gost.Engine.Catalog;
using Gost.Engine.Net;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// <c>rtcp</c> and <c>rudp</c> with a chain: the address is bound at the far end of it. Applying a change asks nothing of the far end, so that none
/// fails because it is away; from then on it is asked until it binds, and again whenever the tunnel breaks. Generations of a service with the same address
/// and chain share the tunnel. Source: spec/wire/remote-forwarding.md.
/// </summary>
internal sealed class RemoteListener : IListener
{
    private readonly RemoteBindKey _key;
    private readonly Router _router;
    private readonly UdpSessionOptions? _sessions;
    private readonly EngineServices _engine;
    private RemoteBindLease? _lease;

    private RemoteListener(RemoteBindKey key, Router router, UdpSessionOptions? sessions, EngineServices engine) =>
        (_key, _router, _sessions, _engine) = (key, router, sessions, engine);

    /// <summary>Where the far end listens; null while it does not.</summary>
    public EndPoint? LocalEndPoint => _lease?.LocalEndPoint;

    /// <inheritdoc/>
    public bool IsBound => LocalEndPoint is not null;

    /// <summary>The listener of a service that names a chain. Throws <see cref="FlowException"/> (bind) for an address that is none.</summary>
    public static RemoteListener Build(ListenerBuildContext context, Router router, TargetNetwork network, UdpSessionOptions? sessions)
    {
        var address = BindAddress.Parse(context.Service.Addr, network == TargetNetwork.Udp ? "udp" : "tcp");
        var listener = context.Service.Listener;
        RemoteBindKey key = new(context.Service.Name, network, address, listener?.Chain ?? "", listener?.ChainGroup);
        return new RemoteListener(key, router, sessions, context.Engine);
    }

    /// <inheritdoc/>
    public ValueTask BindAsync(CancellationToken cancellationToken)
    {
        _lease = _engine.RemoteBinds.Lease(_key, _engine);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        var lease = _lease ?? throw new InvalidOperationException("the listener is not bound");
        lease.Attach(sink, _router, _sessions);
        return DetachWhenStoppedAsync(lease, stopping);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task DetachWhenStoppedAsync(RemoteBindLease lease, CancellationToken stopping)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.UnsafeRegister(static x => ((TaskCompletionSource)x!).TrySetResult(), stopped))
        {
            await stopped.Task;
        }

        lease.Detach();
    }
}

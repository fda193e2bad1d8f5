using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Routing;

/// <summary>The way from this host itself.</summary>
internal sealed class DirectRoute(SocketDialer sockets, DialLimit limit) : IRoute
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(Target to, CancellationToken cancellationToken)
    {
        using var scope = limit.Start(cancellationToken);
        try
        {
            return await sockets.ConnectAsync(to, scope.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(to, exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(Target? to, CancellationToken cancellationToken)
    {
        using var scope = limit.Start(cancellationToken);
        try
        {
            return to is null ? await sockets.OpenAssociationAsync(scope.Token) : await sockets.OpenDatagramsAsync(to, scope.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(to ?? Target.Placeholder(TargetNetwork.Udp), exception);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IListener> BindAsync(BindRequest request, CancellationToken cancellationToken) =>
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "there is no chain to bind through");

    private static FlowException TimedOut(Target to, Exception inner) =>
        new(FlowLayer.Dial, FlowError.TimedOut, $"dial {DialErrors.NetworkName(to.Network)} {to}: timed out", inner);
}

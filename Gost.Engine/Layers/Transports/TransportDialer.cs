using Gost.Engine.Abstractions;

namespace Gost.Engine.Layers.Transports;

/// <summary>Dials a raw stream with <paramref name="raw"/> and does a transport's handshake over it; <paramref name="handshakeTimeout"/> zero = the attempt's own limit only.</summary>
internal sealed class TransportDialer(IDialer raw, IClientTransport transport, TimeSpan handshakeTimeout, TimeProvider time) : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
    {
        var stream = await raw.DialAsync(node, cancellationToken);
        if (handshakeTimeout <= TimeSpan.Zero)
        {
            return await transport.ConnectAsync(stream, node, cancellationToken);
        }

        using CancellationTokenSource timer = new(handshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await transport.ConnectAsync(stream, node, either.Token);
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.TimedOut, $"no handshake within {handshakeTimeout.TotalSeconds:0.###} s", exception);
        }
    }
}

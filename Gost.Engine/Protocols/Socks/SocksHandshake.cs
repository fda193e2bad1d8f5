using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks;

/// <summary>Bounds what a connector does with a far end, disposes the stream when it fails and says why in the engine's terms.</summary>
/// <param name="timeout">Limit of the whole exchange; zero = the attempt's own only.</param>
/// <param name="time">Clock.</param>
internal sealed class SocksHandshake(TimeSpan timeout, TimeProvider time)
{
    /// <summary>
    /// Runs <paramref name="exchange"/> over a stream that it may replace (by one that owns it) in <paramref name="slot"/>. Throws <see cref="FlowException"/>;
    /// the stream is disposed then.
    /// </summary>
    public async ValueTask<T> RunAsync<T>(StreamSlot slot, Func<StreamSlot, CancellationToken, ValueTask<T>> exchange, CancellationToken cancellationToken)
    {
        using var timer = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, time) : null;
        using var either = timer is null ? null : CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await exchange(slot, either?.Token ?? cancellationToken);
        }
        catch (Exception e)
        {
            await slot.Stream.DisposeAsync();
            if (e is FlowException)
            {
                throw;
            }

            if (timer is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
            {
                throw new FlowException(FlowLayer.Handshake, FlowError.TimedOut, $"no answer within {timeout.TotalSeconds:0.###} s", e);
            }

            // A far end that takes the request and then only closes tells that way that it cannot serve it; before, that it does not want us.
            if (e is SocketException or IOException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
            {
                throw new FlowException(
                    slot.Asked is { } layer ? layer : FlowLayer.Handshake, FlowError.Failed, $"the far end closed the connection without an answer: {e.Message}", e);
            }

            throw;
        }
    }
}

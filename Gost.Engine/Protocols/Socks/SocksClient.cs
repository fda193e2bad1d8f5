using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks;

/// <summary>A client whose request was read: its flow, its stream (inside TLS where that was negotiated) and its user. Borrows both.</summary>
/// <param name="Inbound">The flow.</param>
/// <param name="Stream">What replies are written to.</param>
/// <param name="User">Who it is; empty = not asked.</param>
/// <param name="Time">Clock.</param>
internal sealed record SocksClient(Inbound Inbound, DuplexStream Stream, string User, TimeProvider Time)
{
    private const int TakenAtMost = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Writes a reply, alone in its write. Throws <see cref="FlowException"/> (handshake) when the client has gone.</summary>
    public async ValueTask ReplyAsync(ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        try
        {
            await Stream.WriteAsync(reply, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"the client closed the connection before the reply: {e.Message}", e);
        }
    }

    /// <summary>Writes a refusal so that it arrives; a client that has gone is no fault then.</summary>
    public async ValueTask RefuseAsync(ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        try
        {
            await Stream.WriteAsync(reply, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // Why it is refused is told by the caller.
            return;
        }

        await LingerAsync(Stream, Time, cancellationToken);
    }

    /// <summary>
    /// Ends the writing and takes for a moment what the client still sends: closing with unread data would reset the connection, and the client might
    /// never see the refusal. Throws only when <paramref name="cancellationToken"/> is cancelled.
    /// </summary>
    public static async ValueTask LingerAsync(DuplexStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var chunk = new byte[1024];
        try
        {
            await stream.CompleteWritesAsync(either.Token);
            int count;
            for (var taken = 0; taken < TakenAtMost && (count = await stream.ReadAsync(chunk, either.Token)) > 0; taken += count)
            {
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Told as well as can be.
        }
    }
}

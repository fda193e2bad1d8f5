using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks;

/// <summary>A client whose request was read: its flow, its stream (inside TLS where that was negotiated) and its user. Borrows both.</summary>
/// <param name="Inbound">The flow.</param>
/// <param name="Stream">What replies are written to.</param>
/// <param name="User">Who it is; empty = not asked.</param>
internal sealed record SocksClient(Inbound Inbound, DuplexStream Stream, string User)
{
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

    /// <summary>Writes a refusal and ends the writing; a client that has gone is no fault then.</summary>
    public async ValueTask RefuseAsync(ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        try
        {
            await Stream.WriteAsync(reply, cancellationToken);
            await Stream.CompleteWritesAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // Why it is refused is told by the caller.
        }
    }
}

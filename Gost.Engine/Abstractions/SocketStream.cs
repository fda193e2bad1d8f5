using Gost.Engine.Net;

namespace Gost.Engine.Abstractions;

/// <summary>
/// A connected stream socket, of either lane. Failures are <see cref="System.Net.Sockets.SocketException"/> and <see cref="ObjectDisposedException"/>.
/// </summary>
/// <remarks>
/// Disposing while no call is pending ends with FIN: the kernel still delivers what was written. <see cref="DuplexStream.Abort"/> ends a TCP connection
/// with RST, so that the far end does not take a cut for the end of the data.
/// </remarks>
public abstract class SocketStream : DuplexStream
{
    private FlowTicket? _ticket;

    /// <summary>The ticket of an accepted socket, which disposing settles; set before the stream is handed on.</summary>
    internal FlowTicket? Ticket
    {
        get => Volatile.Read(ref _ticket);
        set => Volatile.Write(ref _ticket, value);
    }

    /// <summary>Reads without taking; completes when at least one byte or the end is there. Counts as a read: one at a time.</summary>
    public abstract ValueTask<int> PeekAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// Ends both directions without losing what was written: pending reads see the end. (Disposing a socket while a read is pending would reset the
    /// connection and drop what the far end has not taken yet.) The owner still disposes it. Any thread, idempotent, never throws.
    /// </summary>
    public abstract void End();

    /// <summary>Replaces the keepalive; what the system does not know is left out. Throws nothing.</summary>
    internal abstract void SetKeepAlive(TcpKeepAlive keepAlive);

    /// <summary>The ticket is no longer needed.</summary>
    private protected void SettleTicket() => Interlocked.Exchange(ref _ticket, null)?.Settle();
}

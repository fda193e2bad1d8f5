using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Quic;

/// <summary>One stream of a session: an inner stream as it is. Its directions end one by one, each by FIN. Source: spec/wire/transports.md section 8.</summary>
internal sealed class QuicFlow(QuicSession session, IQuicChannel channel) : DuplexStream
{
    private int _closed;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => session.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => session.RemoteEndPoint;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        channel.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        channel.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        channel.CompleteWrites();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => channel.Abort();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _closed, 1) == 0)
        {
            // The session waits for what is still to be acknowledged, the flow need not.
            session.Close(channel);
        }

        base.Dispose(disposing);
    }
}

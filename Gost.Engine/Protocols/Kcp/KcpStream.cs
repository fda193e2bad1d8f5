using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>The bytes of a KCP session, which it owns. KCP cannot end one direction alone: what is over it (smux) does.</summary>
internal sealed class KcpStream(KcpSession session) : DuplexStream
{
    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => session.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => session.RemoteEndPoint;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        session.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        session.WriteAsync(buffer, cancellationToken);

    /// <summary>Waits until the peer has everything; then reads end as well.</summary>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => session.FinishAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => session.End(reason ?? new IOException("the KCP session was aborted"));

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await session.CloseAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            session.End(null);
        }

        base.Dispose(disposing);
    }
}

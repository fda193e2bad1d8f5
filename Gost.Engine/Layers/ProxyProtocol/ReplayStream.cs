using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Layers.ProxyProtocol;

/// <summary>A stream whose first bytes were read already: gives them again, then is the stream itself. Takes over <paramref name="inner"/>.</summary>
internal sealed class ReplayStream(DuplexStream inner, ReadOnlyMemory<byte> read) : DuplexStream
{
    private ReadOnlyMemory<byte> _rest = read;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
    {
        socket = null;
        return _rest.IsEmpty && inner.TryGetRawSocket(out socket);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            return inner.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return ValueTask.FromResult(count);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => inner.Abort(reason);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

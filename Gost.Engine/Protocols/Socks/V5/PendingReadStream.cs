using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// A stream that is being waited at for data or the end while something else is awaited. The first read after that takes the wait over, so that no
/// read is cancelled and none overlap. Borrows the stream.
/// </summary>
internal sealed class PendingReadStream : DuplexStream
{
    private readonly DuplexStream _inner;
    private readonly Task<int> _waiting;
    private bool _taken;

    /// <summary>Begins to wait.</summary>
    public PendingReadStream(DuplexStream inner)
    {
        _inner = inner;
        _waiting = inner.ReadAsync(Memory<byte>.Empty).AsTask();
        Pending = ObserveAsync();
    }

    /// <summary>Completes when there is data or the end; never faults.</summary>
    public Task Pending { get; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
    {
        socket = null;
        return _taken && _inner.TryGetRawSocket(out socket);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _taken ? _inner.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => _inner.Abort(reason);

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await _waiting;
        _taken = true;
        return buffer.IsEmpty ? 0 : await _inner.ReadAsync(buffer, cancellationToken);
    }

    private async Task ObserveAsync()
    {
        try
        {
            await _waiting;
        }
        catch (Exception)
        {
            // Whoever reads next is told.
        }
    }
}

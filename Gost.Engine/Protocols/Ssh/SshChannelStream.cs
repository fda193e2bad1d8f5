using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Transports;
using Gost.Ssh;

namespace Gost.Engine.Protocols.Ssh;

/// <summary>
/// A channel as a stream of the engine; owns it. Its directions end one by one. A tunnel channel of GOST's has no such thing: there an end of ours
/// means the end of both, so it is held back while the answer flows. Source: spec/wire/ssh.md section 5, docs/half-close.md.
/// </summary>
internal sealed class SshChannelStream : DuplexStream
{
    private readonly SshChannel _channel;
    private readonly HalfCloseHold? _hold;
    private readonly Action? _closed;
    private int _isClosed;

    /// <summary>
    /// Takes over <paramref name="channel"/>. <paramref name="hold"/>: how long an end of ours is held back; null = not at all.
    /// <paramref name="closed"/> is called once when this is closed.
    /// </summary>
    public SshChannelStream(SshChannel channel, EndPoint? local, EndPoint? remote, TimeProvider time, TimeSpan? hold = null, Action? closed = null)
    {
        (_channel, LocalEndPoint, RemoteEndPoint, _closed) = (channel, local, remote, closed);
        _hold = hold is { } span ? new HalfCloseHold(span, time, () => _channel.CompleteWritesAsync(CancellationToken.None)) : null;
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hold is null ? _channel.ReadAsync(buffer, cancellationToken) : ReadHeldAsync(_hold, buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _channel.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (_hold is null)
        {
            return _channel.CompleteWritesAsync(cancellationToken);
        }

        _hold.Begin();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        _hold?.Dispose();
        _channel.Abort(reason);
        Closed();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hold?.Dispose();
            _channel.Dispose();
            Closed();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadHeldAsync(HalfCloseHold hold, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await _channel.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            hold.Touch();
        }
        else if (!buffer.IsEmpty)
        {
            hold.PeerEnded();
        }

        return count;
    }

    private void Closed()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _closed?.Invoke();
        }
    }
}

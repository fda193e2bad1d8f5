using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Framing;

/// <summary>
/// A stream whose first bytes are held back for the first write, with which they go out in one; when none comes for a while, or the writing ends, they
/// go alone, so that neither end waits for the other. Source: spec/wire/relay.md section 4.1, spec/wire/shadowsocks.md section 3.
/// </summary>
/// <remarks>Owns the inner stream. Once the header is out everything is passed through.</remarks>
internal sealed class HeldHeaderStream : DuplexStream
{
    private const int Held = 0;
    private const int Sending = 1;
    private const int Sent = 2;

    private readonly DuplexStream _inner;
    private readonly byte[] _header;
    private readonly BufferPool _buffers;
    private readonly Lock _gate = new();
    private readonly ITimer? _timer;
    private Task _alone = Task.CompletedTask;
    private int _state;

    /// <summary>Takes over <paramref name="inner"/>; the header goes out alone after <paramref name="hold"/>.</summary>
    public HeldHeaderStream(DuplexStream inner, byte[] header, TimeSpan hold, TimeProvider time, BufferPool buffers)
    {
        (_inner, _header, _buffers) = (inner, header, buffers);
        _timer = time.CreateTimer(static x => ((HeldHeaderStream)x!).SendAlone(), this, hold, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
    {
        socket = null;
        return Volatile.Read(ref _state) == Sent && _inner.TryGetRawSocket(out socket);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Volatile.Read(ref _state) == Sent ? _inner.WriteAsync(buffer, cancellationToken)
        : buffer.IsEmpty ? ValueTask.CompletedTask
        : WriteFirstAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _state) == Sent ? _inner.CompleteWritesAsync(cancellationToken) : CompleteUnwrittenAsync(cancellationToken);

    /// <summary>Sends the header now, alone, unless it is out already.</summary>
    public async ValueTask SendHeaderAsync(CancellationToken cancellationToken)
    {
        if (!TryTake())
        {
            await Volatile.Read(ref _alone);
            return;
        }

        try
        {
            await _inner.WriteAsync(_header, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _state, Sent);
        }
    }

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        TryTake();
        _inner.Abort(reason);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        TryTake();
        await _inner.DisposeAsync();
        await Volatile.Read(ref _alone);
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            TryTake();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!TryTake())
        {
            await Volatile.Read(ref _alone);
            await _inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        var both = _buffers.Rent(_header.Length + buffer.Length);
        try
        {
            _header.CopyTo(both, 0);
            buffer.CopyTo(both.AsMemory(_header.Length));
            await _inner.WriteAsync(both.AsMemory(0, _header.Length + buffer.Length), cancellationToken);
        }
        finally
        {
            _buffers.Return(both);
            Volatile.Write(ref _state, Sent);
        }
    }

    private async ValueTask CompleteUnwrittenAsync(CancellationToken cancellationToken)
    {
        await SendHeaderAsync(cancellationToken);
        await _inner.CompleteWritesAsync(cancellationToken);
    }

    /// <summary>True = the caller sends the header, nobody else will.</summary>
    private bool TryTake()
    {
        lock (_gate)
        {
            if (_state != Held)
            {
                return false;
            }

            _state = Sending;
        }

        _timer?.Dispose();
        return true;
    }

    private void SendAlone()
    {
        TaskCompletionSource done;
        lock (_gate)
        {
            if (_state != Held)
            {
                return;
            }

            _state = Sending;
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

            // Set before others can see that somebody sends; they wait for it.
            _alone = done.Task;
        }

        _timer?.Dispose();
        _ = SendAloneAsync(done);
    }

    private async Task SendAloneAsync(TaskCompletionSource done)
    {
        try
        {
            await _inner.WriteAsync(_header, CancellationToken.None);
        }
        catch (Exception)
        {
            // The stream's own readers and writers see that it broke.
        }
        finally
        {
            Volatile.Write(ref _state, Sent);
            done.SetResult();
        }
    }
}

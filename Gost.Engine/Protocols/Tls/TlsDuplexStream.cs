using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Tls;

/// <summary>
/// The inside of a TLS connection after its handshake. Each direction ends alone, by close_notify; the transport below is ended only with both. A
/// transport that ends without close_notify is taken for the end of the peer's direction: many peers leave it out, GOST among them when it closes in haste.
/// </summary>
/// <remarks>Reads go into the caller's buffer and nothing is allocated per call. Source: spec/wire/transports.md section 3.</remarks>
internal sealed class TlsDuplexStream : DuplexStream
{
    private readonly TlsPeer _tls;
    private readonly DuplexStream _raw;
    private bool _hasRead;
    private int _writesCompleted;
    private int _ended;
    private int _isWriting;

    /// <summary>Takes over a stream whose handshake is done and, with it, the raw stream below.</summary>
    public TlsDuplexStream(TlsPeer tls, DuplexStream raw) => (_tls, _raw) = (tls, raw);

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _raw.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _raw.RemoteEndPoint;

    /// <summary>The protocol that both agreed upon by ALPN; empty = none.</summary>
    public string ApplicationProtocol => _tls.NegotiatedApplicationProtocol.ToString();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasRead ? _tls.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? ValueTask.CompletedTask : WriteSomeAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _writesCompleted, 1) == 0 && Volatile.Read(ref _ended) == 0 ? new ValueTask(SayEndAsync()) : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        // The TLS library is not asked: another thread may be using it. Its owner disposes it.
        Interlocked.Exchange(ref _ended, 1);
        _raw.Abort(reason);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (CloseWrites() is { IsCompleted: false } closing)
        {
            // The peer takes nothing more: it sees the end of the transport instead.
            _raw.Abort();
            await closing;
        }

        await _tls.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ = CloseWrites();
            _tls.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task CloseWrites()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0 || Interlocked.Exchange(ref _writesCompleted, 1) != 0)
        {
            return Task.CompletedTask;
        }

        if (Volatile.Read(ref _isWriting) == 0)
        {
            return SayFarewellAsync();
        }

        // close_notify cannot go before what still is being written, and two writes at once are not for the transport.
        _raw.Abort();
        return Task.CompletedTask;
    }

    private ValueTask WriteSomeAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        // Before it looks whether the stream was closed, which closes first and looks for writes next.
        Interlocked.Exchange(ref _isWriting, 1);
        var isPending = false;
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _writesCompleted) != 0 && Volatile.Read(ref _ended) != 0, this);
            var writing = _tls.WriteAsync(buffer, cancellationToken);
            isPending = !writing.IsCompleted;
            return isPending ? FinishWritingAsync(writing) : writing;
        }
        finally
        {
            if (!isPending)
            {
                Volatile.Write(ref _isWriting, 0);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishWritingAsync(ValueTask writing)
    {
        try
        {
            await writing;
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    private async Task SayEndAsync()
    {
        try
        {
            await _tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone: nobody is left to be told of the end.
        }
        catch (Exception e)
        {
            throw new IOException("TLS cannot end the direction after an earlier failure: " + e.Message, e);
        }
    }

    private async Task SayFarewellAsync()
    {
        try
        {
            await SayEndAsync();
        }
        catch (IOException)
        {
            // The stream is closed either way.
        }
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await _tls.ReadAsync(buffer, cancellationToken);
            _hasRead = true;
            return count;
        }
        catch (Exception e) when (TlsFailure.OfFirstRead(e) is { } failure)
        {
            throw failure;
        }
    }
}

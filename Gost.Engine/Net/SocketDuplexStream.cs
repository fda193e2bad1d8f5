using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>
/// The portable lane's stream over the framework's socket (TCP or unix). Reads and writes that the kernel serves at once allocate nothing and complete
/// synchronously.
/// </summary>
internal sealed class SocketDuplexStream : SocketStream
{
    private readonly Socket _socket;
    private EndPoint? _local;
    private EndPoint? _remote;
    private int _writesCompleted;
    private int _ended;

    /// <summary>Takes over the connected socket.</summary>
    public SocketDuplexStream(Socket socket) => _socket = socket;

    /// <summary>The socket; ownership stays here.</summary>
    public Socket Socket => _socket;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _local ??= EndPointForms.Unmapped(Ask(static x => x.LocalEndPoint));

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _remote ??= EndPointForms.Unmapped(Ask(static x => x.RemoteEndPoint));

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
    {
        socket = Volatile.Read(ref _ended) == 0 ? this : null;
        return socket is not null;
    }

    /// <inheritdoc/>
    public override ValueTask<int> PeekAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _socket.ReceiveAsync(buffer, SocketFlags.Peek, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        var sending = _socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
        {
            return FinishAsync(sending, buffer, cancellationToken);
        }

        var sent = sending.Result;
        return sent == buffer.Length ? ValueTask.CompletedTask : WriteAsync(buffer[sent..], cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _writesCompleted, 1) == 0 && Volatile.Read(ref _ended) == 0)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The connection is gone: nobody is left to be told of the end.
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        try
        {
            if (_socket.ProtocolType != ProtocolType.Unspecified)
            {
                _socket.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already reset by the far end.
        }

        Release();
    }

    /// <inheritdoc/>
    public override void End()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not connected any more: its pending calls have failed by themselves.
        }
    }

    /// <inheritdoc/>
    internal override void SetKeepAlive(TcpKeepAlive keepAlive)
    {
        try
        {
            keepAlive.Apply(_socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A system without one of the options serves with its own.
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Release();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var sent = await sending;
        if (sent < buffer.Length)
        {
            await WriteAsync(buffer[sent..], cancellationToken);
        }
    }

    private void Release()
    {
        _socket.Dispose();
        SettleTicket();
    }

    private EndPoint? Ask(Func<Socket, EndPoint?> question)
    {
        try
        {
            return question(_socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>
/// A connected stream socket (TCP or unix). Reads and writes that the kernel serves at once allocate nothing and complete
/// synchronously. Failures are <see cref="SocketException"/> and <see cref="ObjectDisposedException"/>.
/// </summary>
/// <remarks>
/// Disposing while no call is pending ends with FIN: the kernel still delivers what was written. <see cref="Abort"/> ends a TCP connection
/// with RST, so that the far end does not take a cut for the end of the data.
/// </remarks>
internal sealed class SocketDuplexStream : DuplexStream
{
    private readonly Socket _socket;
    private FlowTicket? _ticket;
    private EndPoint? _local;
    private EndPoint? _remote;
    private int _writesCompleted;
    private int _ended;

    /// <summary>Takes over the connected socket.</summary>
    public SocketDuplexStream(Socket socket)
    {
        _socket = socket;
    }

    /// <summary>Takes over an accepted socket and the descriptor ticket that was given for it; disposing settles the ticket.</summary>
    public SocketDuplexStream(Socket socket, FlowTicket ticket)
        : this(socket)
    {
        _ticket = ticket;
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _local ??= EndPointForms.Unmapped(Ask(static x => x.LocalEndPoint));

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _remote ??= EndPointForms.Unmapped(Ask(static x => x.RemoteEndPoint));

    /// <summary>The ticket of an accepted socket.</summary>
    public FlowTicket? Ticket => Volatile.Read(ref _ticket);

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out Socket? socket)
    {
        socket = Volatile.Read(ref _ended) == 0 ? _socket : null;
        return socket is not null;
    }

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
        Interlocked.Exchange(ref _ticket, null)?.Settle();
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

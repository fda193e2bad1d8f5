using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>A connected UDP socket: datagrams to and from one peer.</summary>
/// <remarks>
/// Waiting holds no buffer: on Linux a receive of nothing with MSG_PEEK completes when a datagram is there and leaves it. A peer that
/// answers with ICMP makes the next call throw <see cref="SocketException"/> once; the channel stays usable, see <see cref="IsTransient"/>.
/// </remarks>
internal sealed class SocketDatagramChannel : IDatagramChannel
{
    private readonly Socket _socket;

    /// <summary>Takes over a connected socket.</summary>
    public SocketDatagramChannel(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;

        // One system call, not five: short sessions open a socket for every request.
        _socket.ReceiveBufferSize = DatagramSockets.SessionBuffer;
    }

    /// <summary>This end's address.</summary>
    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    /// <summary>The peer's address.</summary>
    public EndPoint? RemoteEndPoint => _socket.RemoteEndPoint;

    /// <summary>Whether an error concerns the last datagrams only (the peer's host or port did not take one), not the socket.</summary>
    public static bool IsTransient(SocketError error) => error
        is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.NetworkDown or SocketError.NetworkReset or SocketError.NoBufferSpaceAvailable
        or SocketError.MessageSize or SocketError.AccessDenied or SocketError.TimedOut or SocketError.WouldBlock;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Elsewhere a receive into nothing takes the datagram or fails: the receive itself waits.
            return true;
        }

        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, cancellationToken);
            return true;
        }
        catch (Exception e) when (IsClosed(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var received = _socket.Receive(buffer.Span, SocketFlags.None, out var error);
            return error switch
            {
                SocketError.Success => new ValueTask<Datagram?>(new Datagram(received, null)),
                SocketError.MessageSize => new ValueTask<Datagram?>(new Datagram(buffer.Length, null)),
                SocketError.WouldBlock => ReceiveLaterAsync(buffer, cancellationToken),
                _ => ValueTask.FromException<Datagram?>(new SocketException((int)error)),
            };
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<Datagram?>((Datagram?)null);
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        try
        {
            _socket.Send(payload.Span, SocketFlags.None, out var error);
            if (error is not SocketError.Success and not SocketError.WouldBlock && IsTransient(error))
            {
                // The error belongs to an earlier datagram and has cost this one nothing but the call.
                _socket.Send(payload.Span, SocketFlags.None, out error);
            }

            return error switch
            {
                SocketError.Success => ValueTask.CompletedTask,
                SocketError.WouldBlock => SendLaterAsync(payload, cancellationToken),
                _ => ValueTask.FromException(new SocketException((int)error)),
            };
        }
        catch (ObjectDisposedException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Datagram?> ReceiveLaterAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return new Datagram(await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken), null);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            return new Datagram(buffer.Length, null);
        }
        catch (Exception e) when (IsClosed(e))
        {
            return null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendLaterAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        await _socket.SendAsync(payload, SocketFlags.None, cancellationToken);

    private static bool IsClosed(Exception e) =>
        e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted };
}

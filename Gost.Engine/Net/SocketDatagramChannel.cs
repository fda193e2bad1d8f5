using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>A connected UDP socket: datagrams to and from one peer.</summary>
/// <remarks>
/// Waiting holds no buffer: on Linux a receive of nothing with MSG_PEEK completes when a datagram is there and leaves it. A peer that
/// answers with ICMP makes the next call throw <see cref="SocketException"/> once; the channel stays usable, see <see cref="IsTransient"/>.
/// </remarks>
internal sealed class SocketDatagramChannel : IDatagramChannel, IValueTaskSource<bool>
{
    private readonly Socket _socket;
    private readonly Action _onReady;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private ValueTaskAwaiter<int> _ready;
    private bool _doesNotBlock;

    /// <summary>Takes over a connected socket.</summary>
    public SocketDatagramChannel(Socket socket)
    {
        (_socket, _onReady) = (socket, OnReady);

        // One system call, not five: short sessions open a socket for every request.
        _socket.ReceiveBufferSize = DatagramSockets.SessionBuffer;
    }

    /// <summary>The socket, for transports that send many datagrams with one call; ownership stays here.</summary>
    public Socket Socket => _socket;

    /// <summary>This end's address.</summary>
    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    /// <summary>The peer's address.</summary>
    public EndPoint? RemoteEndPoint => _socket.RemoteEndPoint;

    /// <summary>Whether an error concerns the last datagrams only (the peer's host or port did not take one), not the socket.</summary>
    public static bool IsTransient(SocketError error) => error
        is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.NetworkDown or SocketError.NetworkReset or SocketError.NoBufferSpaceAvailable
        or SocketError.MessageSize or SocketError.AccessDenied or SocketError.TimedOut or SocketError.WouldBlock
        or SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.DestinationAddressRequired;

    /// <summary>Whether an error is that of a socket closed by this end.</summary>
    public static bool IsClosed(Exception e) =>
        e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted };

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Elsewhere a receive into nothing takes the datagram or fails: the receive itself waits.
            return new ValueTask<bool>(true);
        }

        try
        {
            _ready = AwaiterOf(_socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, cancellationToken));
            if (_ready.IsCompleted)
            {
                _ready.GetResult();
                return new ValueTask<bool>(true);
            }

            // By hand instead of an async method: nothing is allocated per wait.
            _wait.Reset();
            var version = _wait.Version;
            _ready.UnsafeOnCompleted(_onReady);
            return new ValueTask<bool>(this, version);
        }
        catch (Exception e)
        {
            return IsClosed(e) ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            StopBlocking();
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
            StopBlocking();
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

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private static ValueTaskAwaiter<int> AwaiterOf(ValueTask<int> ready) => ready.GetAwaiter();

    /// <summary>Not before it matters: a pump of the kernel lane never lets a call wait.</summary>
    private void StopBlocking()
    {
        if (!_doesNotBlock)
        {
            _socket.Blocking = false;
            _doesNotBlock = true;
        }
    }

    private void OnReady()
    {
        try
        {
            _ready.GetResult();
        }
        catch (Exception e)
        {
            if (IsClosed(e))
            {
                _wait.SetResult(false);
            }
            else
            {
                _wait.SetException(e);
            }

            return;
        }

        _wait.SetResult(true);
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
}

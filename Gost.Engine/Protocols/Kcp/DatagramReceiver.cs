using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// Receives what a socket has, many datagrams at once where the system can. It holds no buffer while it waits on Linux. One user; borrows the socket.
/// </summary>
internal sealed class DatagramReceiver : IDisposable
{
    private const int Runs = 16;

    // Rounds that find something at once, after which other work gets the thread.
    private const int RoundsPerTurn = 32;

    private readonly Socket _socket;
    private readonly BatchSocket? _batches;
    private readonly ReceivedDatagrams _received;
    private readonly SocketAddress _address;
    private int _rounds;
    private bool _mayHaveMore;

    /// <summary>Receives from <paramref name="socket"/>; <paramref name="batches"/> null = one datagram at a time.</summary>
    public DatagramReceiver(Socket socket, BatchSocket? batches, BufferPool buffers)
    {
        (_socket, _batches) = (socket, batches);
        _received = new ReceivedDatagrams(buffers, batches is null ? 1 : Runs, DatagramSockets.MaxDatagram);
        _address = new SocketAddress(socket.AddressFamily);
    }

    /// <summary>
    /// What has come in, valid until the next call. Throws <see cref="SocketException"/>, <see cref="ObjectDisposedException"/>,
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReceivedDatagrams> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_batches is null)
        {
            return await ReceiveOneAsync(cancellationToken);
        }

        while (true)
        {
            if (++_rounds % RoundsPerTurn == 0)
            {
                await Task.Yield();
            }

            if (!_mayHaveMore)
            {
                _received.Release();
                _ = await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, cancellationToken);
            }

            if (_batches.TryReceive(_received))
            {
                _mayHaveMore = _received.Count == _received.MaxRuns;
                return _received;
            }

            _mayHaveMore = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _received.Dispose();

    private async ValueTask<ReceivedDatagrams> ReceiveOneAsync(CancellationToken cancellationToken)
    {
        var room = _received.Room.AsMemory(0, _received.RunSize);
        var length = await _socket.ReceiveFromAsync(room, SocketFlags.None, _address, cancellationToken);
        _address.Buffer.Span[..Math.Min(_address.Size, ReceivedDatagrams.AddressSize)].CopyTo(_received.Addresses);
        _received.Set(0, length, 0);
        _received.Count = 1;
        return _received;
    }
}

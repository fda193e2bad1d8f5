using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// The serving end of UDP ASSOCIATE: a socket that takes datagrams from the client's address only and answers the port that sent last. Nothing is
/// sent before the client has sent. A received datagram's <c>From</c> is where the client wants it to go. Owns the socket.
/// Source: RFC 1928 section 7, spec/wire/socks5.md section 6.3.
/// </summary>
internal sealed class ClientSocket : IDatagramChannel
{
    // Datagrams of strangers read in a row before other work gets the thread.
    private const int Burst = 64;

    private readonly Socket _socket;
    private readonly IPAddress? _client;
    private readonly int _maxPayload;
    private readonly BufferPool _buffers;
    private readonly SocksAddressCache _addresses = new();
    private readonly SocketAddress _received;
    private SocketAddress? _source;

    /// <summary>Takes over a bound socket. <paramref name="client"/>: whose datagrams are taken; null = nobody's.</summary>
    public ClientSocket(Socket socket, IPAddress? client, int maxPayload, BufferPool buffers)
    {
        (_socket, _client, _maxPayload, _buffers) = (socket, client, maxPayload, buffers);
        _received = new SocketAddress(socket.AddressFamily);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Elsewhere a receive into nothing takes the datagram: the receive itself waits.
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            for (var dropped = 1; ; dropped++)
            {
                var length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _received, cancellationToken);
                if (Knows(_received) && SocksDatagram.Unwrap(buffer.Span, length, _maxPayload, _addresses) is { } datagram)
                {
                    return datagram;
                }

                if (dropped % Burst == 0)
                {
                    await Task.Yield();
                }
            }
        }
        catch (Exception e) when (IsClosed(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _source) is not { } client)
        {
            return;
        }

        var cut = payload[..Math.Min(payload.Length, _maxPayload)];
        var buffer = _buffers.Rent(SocksDatagram.MaxHeader + cut.Length);
        try
        {
            var length = SocksDatagram.Wrap(buffer, cut.Span, to, _addresses);
            await _socket.SendToAsync(buffer.AsMemory(0, length), SocketFlags.None, client, cancellationToken);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether a source is the client; the last one is where replies go.</summary>
    private bool Knows(SocketAddress source)
    {
        if (_source is { } last && last.Equals(source))
        {
            return true;
        }

        // The end point to begin with only says the family.
        IPEndPoint family = new(source.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        if (_client is null || EndPointForms.Unmapped(family.Create(source)) is not IPEndPoint sender || !sender.Address.Equals(_client))
        {
            return false;
        }

        SocketAddress copy = new(source.Family, source.Size);
        source.Buffer[..source.Size].CopyTo(copy.Buffer);
        Volatile.Write(ref _source, copy);
        return true;
    }

    private static bool IsClosed(Exception e) =>
        e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted };
}

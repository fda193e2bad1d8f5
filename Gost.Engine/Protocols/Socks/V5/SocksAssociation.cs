using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// The asking end of UDP ASSOCIATE: datagrams with headers on a socket of their own, for as long as the control connection stands. Owns both.
/// Source: RFC 1928 section 7, spec/wire/socks5.md section 6.3.
/// </summary>
internal sealed class SocksAssociation : IDatagramChannel
{
    private readonly DuplexStream _control;
    private readonly IDatagramChannel _socket;
    private readonly Target? _peer;
    private readonly int _maxPayload;
    private readonly BufferPool _buffers;
    private readonly SocksAddressCache _addresses = new();
    private readonly ITimer? _timer;
    private readonly Task _watching;
    private int _disposed;

    /// <summary>Takes over both; <paramref name="peer"/>: where datagrams without an address go.</summary>
    public SocksAssociation(DuplexStream control, IDatagramChannel socket, Target? peer, Socks5ConnectorOptions options, EngineServices engine)
    {
        (_control, _socket, _peer, _maxPayload, _buffers) = (control, socket, peer, options.BufferSize, engine.Buffers);
        _watching = WatchAsync();
        if (options.UdpTimeout > TimeSpan.Zero)
        {
            _timer = engine.Time.CreateTimer(static x => StreamEnd.Of((DuplexStream)x!), control, options.UdpTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => _socket.WaitToReceiveAsync(cancellationToken);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (await _socket.ReceiveAsync(buffer, cancellationToken) is { } received)
        {
            if (SocksDatagram.Unwrap(buffer.Span, received.Length, _maxPayload, _addresses) is { } datagram)
            {
                return datagram;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        var cut = payload[..Math.Min(payload.Length, _maxPayload)];
        var buffer = _buffers.Rent(SocksDatagram.MaxHeader + cut.Length);
        try
        {
            var length = SocksDatagram.Wrap(buffer, cut.Span, to ?? _peer, _addresses);
            await _socket.SendAsync(buffer.AsMemory(0, length), null, cancellationToken);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        await _socket.DisposeAsync();
        StreamEnd.Of(_control);
        await _watching;
        await _control.DisposeAsync();
    }

    /// <summary>The end of the control connection is the end of the association.</summary>
    private async Task WatchAsync()
    {
        var ignored = new byte[64];
        try
        {
            while (await _control.ReadAsync(ignored) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A broken connection is its end.
        }
        finally
        {
            await _socket.DisposeAsync();
        }
    }
}

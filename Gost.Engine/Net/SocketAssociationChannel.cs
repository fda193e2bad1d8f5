using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>An unconnected UDP socket: each datagram names where it goes, each received one says who sent it.</summary>
/// <remarks>
/// What concerns one datagram only (a name that is not known, a host that cannot be reached) makes that call throw a
/// <see cref="SocketException"/> that <see cref="SocketDatagramChannel.IsTransient"/> knows; the channel stays usable.
/// </remarks>
internal sealed class SocketAssociationChannel : IDatagramChannel
{
    private readonly Socket _socket;
    private readonly AssociationTargets _targets;
    private readonly AssociationSources _sources;
    private readonly SocketAddress _from;

    /// <summary>Takes over a bound socket; <paramref name="lookup"/> gives the addresses of a name.</summary>
    public SocketAssociationChannel(Socket socket, Func<string, CancellationToken, ValueTask<IPAddress[]>> lookup, TimeProvider time)
    {
        _socket = socket;
        _socket.Blocking = false;
        _socket.ReceiveBufferSize = DatagramSockets.SessionBuffer;
        _from = new SocketAddress(socket.AddressFamily);
        _targets = new AssociationTargets(socket.AddressFamily, socket.AddressFamily == AddressFamily.InterNetworkV6 && socket.DualMode, lookup, time);
        _sources = new AssociationSources(socket.AddressFamily);
    }

    /// <summary>This end's address.</summary>
    public EndPoint? LocalEndPoint => EndPointForms.Unmapped(_socket.LocalEndPoint);

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken)
    {
        // Elsewhere a receive into nothing takes the datagram or fails: the receive itself waits.
        return OperatingSystem.IsLinux() ? WaitOnLinuxAsync(cancellationToken) : new ValueTask<bool>(true);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _from, cancellationToken);
            return new Datagram(received, _sources.Of(_from));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            return new Datagram(buffer.Length, _sources.Of(_from));
        }
        catch (Exception e) when (SocketDatagramChannel.IsClosed(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        if (to is null)
        {
            return ValueTask.FromException(new SocketException((int)SocketError.DestinationAddressRequired));
        }

        if (_targets.Find(to) is not { } address)
        {
            return SendToNewAsync(payload, to, cancellationToken);
        }

        try
        {
            _socket.SendTo(payload.Span, SocketFlags.None, address);
            return ValueTask.CompletedTask;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return SendLaterAsync(payload, address, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
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
    private async ValueTask<bool> WaitOnLinuxAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, cancellationToken);
            return true;
        }
        catch (Exception e) when (SocketDatagramChannel.IsClosed(e))
        {
            return false;
        }
    }

    private async ValueTask SendToNewAsync(ReadOnlyMemory<byte> payload, Target to, CancellationToken cancellationToken) =>
        await SendLaterAsync(payload, await _targets.ResolveAsync(to, cancellationToken), cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendLaterAsync(ReadOnlyMemory<byte> payload, SocketAddress address, CancellationToken cancellationToken) =>
        await _socket.SendToAsync(payload, SocketFlags.None, address, cancellationToken);
}

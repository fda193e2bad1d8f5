using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Gost.Engine.Net;

/// <summary>A bound UDP socket as the port of its sessions; clients are known by <see cref="SocketAddress"/>. Borrows the socket.</summary>
internal sealed class SocketDatagramPort(Socket socket) : IDatagramPort
{
    /// <inheritdoc/>
    public EndPoint? LocalEndPoint { get; } = EndPointForms.Unmapped(socket.LocalEndPoint);

    /// <inheritdoc/>
    public (object Key, EndPoint Peer) Identify(object client)
    {
        // The receive loop goes on writing into its own address: the key is a copy.
        var address = (SocketAddress)client;
        SocketAddress key = new(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(key.Buffer.Span);
        var any = key.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        return (key, EndPointForms.Unmapped(new IPEndPoint(any, 0).Create(key))!);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, object to, CancellationToken cancellationToken)
    {
        try
        {
            socket.SendTo(payload.Span, SocketFlags.None, (SocketAddress)to);
            return ValueTask.CompletedTask;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return SendLaterAsync(payload, (SocketAddress)to, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromException(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendLaterAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken) =>
        await socket.SendToAsync(payload, SocketFlags.None, to, cancellationToken);
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// BIND (02): one connection from outside. An address of this host, or none, is where to listen (GOST's reading); any other is who is to connect
/// (RFC 1928), and then nobody else is let in. Source: RFC 1928 section 4, spec/wire/socks5.md section 5.1.
/// </summary>
internal sealed class Socks5Bind(SocksConnect connect, Socks5Options options, EngineServices engine)
{
    private const int Backlog = 8;

    private readonly ILogger _logger = engine.Loggers.CreateLogger<Socks5Bind>();

    /// <summary>The host that replies name: the public one, else the address the client reached this host by; null = unknown.</summary>
    public string? PublicHost(SocksClient client) =>
        options.PublicHost.Length > 0 ? options.PublicHost : (client.Stream.LocalEndPoint as IPEndPoint ?? client.Inbound.Local as IPEndPoint)?.Address.ToString();

    /// <summary>Serves to the end. Throws <see cref="FlowException"/>.</summary>
    public async ValueTask ServeAsync(SocksClient client, Target address, CancellationToken stopping)
    {
        Socket listener;
        IPAddress[] expected;
        try
        {
            (listener, expected) = await ListenAsync(client, address, stopping);
        }
        catch (FlowException e)
        {
            client.Inbound.Ticket?.Settle();
            await client.RefuseAsync(Socks5Wire.Reply(Socks5Reply.Failure), stopping);
            throw new FlowException(FlowLayer.Bind, e.Error, e.Message, e);
        }

        PendingReadStream waiting;
        Socket? peer;
        using (listener)
        {
            var bound = (IPEndPoint)listener.LocalEndPoint!; // bound above
            await client.ReplyAsync(new Socks5BindReplies(PublicHost(client), Plain: true).Bound(bound), stopping);
            SocksLog.Waiting(_logger, client.Inbound.Id, client.Inbound.Client, bound);
            waiting = new PendingReadStream(client.Stream);
            peer = await AcceptAsync(client.Inbound.Id, listener, expected, waiting, stopping);
        }

        client.Inbound.Ticket?.Settle();
        if (peer is null)
        {
            return;
        }

        await using SocketDuplexStream target = new(peer);
        client.Inbound.Counters.Target = peer.RemoteEndPoint?.ToString() ?? "";
        await client.ReplyAsync(Socks5Wire.Reply(Socks5Reply.Succeeded, peer.RemoteEndPoint), stopping);
        await connect.RelayAsync(client.Inbound, waiting, target);
    }

    /// <summary>The one connection, or null when the client left before.</summary>
    private async ValueTask<Socket?> AcceptAsync(long id, Socket listener, IPAddress[] expected, PendingReadStream waiting, CancellationToken stopping)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var accepting = AcceptAsync(id, listener, expected, left.Token);
        await Task.WhenAny(accepting, waiting.Pending);
        if (!accepting.IsCompleted)
        {
            // The client may not speak before the second reply: it has ended.
            await left.CancelAsync();
        }

        try
        {
            return await accepting;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && !stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException e)
        {
            throw new FlowException(FlowLayer.Bind, FlowError.Failed, $"accept: {e.Message}", e);
        }
    }

    private async Task<Socket> AcceptAsync(long id, Socket listener, IPAddress[] expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            var peer = await listener.AcceptAsync(cancellationToken);
            if (expected.Length == 0 || (EndPointForms.Unmapped(peer.RemoteEndPoint) is IPEndPoint from && expected.Contains(from.Address)))
            {
                peer.NoDelay = true;
                return peer;
            }

            SocksLog.Stranger(_logger, id, peer.RemoteEndPoint);
            peer.Dispose();
        }
    }

    private static async ValueTask<(Socket Listener, IPAddress[] Expected)> ListenAsync(SocksClient client, Target address, CancellationToken cancellationToken)
    {
        var hosts = address.Host.Length == 0 ? [IPAddress.Any] : await Resolver.ResolveAsync(address.Host, cancellationToken);
        try
        {
            return (Listen(new IPEndPoint(hosts[0], address.Port)), []);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            // No address of this host: the one that is to connect.
        }
        catch (SocketException e)
        {
            throw Fault(address.ToString(), e);
        }

        var local = (EndPointForms.Unmapped(client.Stream.LocalEndPoint ?? client.Inbound.Local) as IPEndPoint)?.Address ?? IPAddress.Any;
        try
        {
            return (Listen(new IPEndPoint(local, 0)), hosts);
        }
        catch (SocketException e)
        {
            throw Fault(local.ToString(), e);
        }
    }

    private static Socket Listen(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static FlowException Fault(string address, SocketException cause) => new(
        FlowLayer.Bind,
        cause.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => FlowError.AddressInUse,
            SocketError.AccessDenied => FlowError.NotPermitted,
            SocketError.TooManyOpenSockets => FlowError.OutOfDescriptors,
            _ => FlowError.Failed,
        },
        $"listen tcp {address}: {cause.Message}",
        cause);
}

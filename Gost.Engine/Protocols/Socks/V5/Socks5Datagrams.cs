using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// Datagrams for a client, to any number of targets: UDP ASSOCIATE (03) on a socket of their own, GOST's UDP-TUN (F3) in the connection itself. The way
/// out is opened before the reply. Source: spec/wire/socks5.md section 6.
/// </summary>
internal sealed class Socks5Datagrams(TargetDialer targets, Socks5Options options, EngineServices engine)
{
    private const int PortAttempts = 64;

    private readonly ILogger _logger = engine.Loggers.CreateLogger<Socks5Datagrams>();

    /// <summary>UDP-TUN: serves until the connection or the way out ends. Throws <see cref="FlowException"/>.</summary>
    public async ValueTask TunnelAsync(SocksClient client, CancellationToken stopping)
    {
        await using var upstream = await OpenAsync(client, stopping);
        await client.ReplyAsync(Socks5Wire.Reply(Socks5Reply.Succeeded), stopping);
        SocksLog.Associated(_logger, client.Inbound.Id, client.Inbound.Client, null);
        await using FramedDatagramChannel channel = new(client.Stream, null, options.BufferSize, engine.Buffers);
        await RelayAsync(client.Inbound, channel, upstream);
    }

    /// <summary>UDP ASSOCIATE: serves until the control connection or the way out ends. Throws <see cref="FlowException"/>.</summary>
    public async ValueTask AssociateAsync(SocksClient client, CancellationToken stopping)
    {
        var (socket, bound) = await BindAsync(client, stopping);
        await using ClientSocket channel = new(socket, AddressOf(client.Inbound.Client), options.BufferSize, engine.Buffers);
        await using var upstream = await OpenAsync(client, stopping);
        await client.ReplyAsync(Socks5Wire.Reply(Socks5Reply.Succeeded, bound), stopping);
        SocksLog.Associated(_logger, client.Inbound.Id, client.Inbound.Client, bound);
        var control = EndWithAsync(client.Stream, channel);
        await RelayAsync(client.Inbound, channel, upstream);

        // When the way out ended first, the client is told by the end of its connection (RFC 1928 section 6).
        StreamEnd.Of(client.Stream);
        await control;
    }

    private Task<DatagramRelayEnd> RelayAsync(Inbound inbound, IDatagramChannel client, IDatagramChannel upstream) => DatagramRelay.RunAsync(
        inbound, client, upstream, new DatagramRelayOptions(TimeSpan.Zero, EndWhenRefused: false, Addressed: true), engine.Buffers, engine.Time, _logger);

    private async ValueTask<IDatagramChannel> OpenAsync(SocksClient client, CancellationToken stopping)
    {
        try
        {
            return await targets.AssociateAsync(client.Inbound, null, stopping);
        }
        catch (FlowException)
        {
            await client.RefuseAsync(Socks5Wire.Reply(Socks5Reply.Failure), stopping);
            throw;
        }
    }

    /// <summary>Reads what comes on the control connection, which means nothing, and closes the channel when it ends.</summary>
    private static async Task EndWithAsync(DuplexStream control, ClientSocket channel)
    {
        var ignored = new byte[256];
        try
        {
            while (await control.ReadAsync(ignored) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A broken connection is its end.
        }
        finally
        {
            await channel.DisposeAsync();
        }
    }

    /// <summary>A socket at the address by which the client reached this host, and the address that it is told.</summary>
    private async ValueTask<(Socket Socket, IPEndPoint Told)> BindAsync(SocksClient client, CancellationToken stopping)
    {
        // Behind a transport that knows no address the client finds this host by itself: that is what a wildcard in the reply means.
        var local = AddressOf(client.Stream.LocalEndPoint ?? client.Inbound.Local) ?? IPAddress.Any;
        Socket socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.ReceiveBufferSize = DatagramSockets.SessionBuffer;
            BindInRange(socket, local);
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port; // bound just above
            return (socket, new IPEndPoint(IPAddress.TryParse(options.PublicHost, out var told) ? told : local, port));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            client.Inbound.Ticket?.Settle();
            await client.RefuseAsync(Socks5Wire.Reply(Socks5Reply.Failure), stopping);
            throw new FlowException(FlowLayer.Bind, FlowError.Failed, $"listen udp {local}: {e.Message}", e);
        }
    }

    private void BindInRange(Socket socket, IPAddress local)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = options.FirstPort == 0 ? 0 : RandomNumberGenerator.GetInt32(options.FirstPort, options.LastPort + 1);
            try
            {
                socket.Bind(new IPEndPoint(local, port));
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && port != 0 && attempt < PortAttempts)
            {
                // Another one of the range.
            }
        }
    }

    private static IPAddress? AddressOf(EndPoint? endPoint) => (EndPointForms.Unmapped(endPoint) as IPEndPoint)?.Address;
}

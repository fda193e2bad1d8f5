using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// The serving end of remote forwarding: binds on this host for a client behind a tunnel, and carries what comes in through it. Used by the
/// handlers relay and socks5. Source: spec/wire/remote-forwarding.md, relay.md sections 7 and 8, socks5.md section 5.
/// </summary>
internal sealed class BindServer(string service, EngineServices engine)
{
    /// <summary>Without keepalive frames nothing tells a quiet client from a lost one; this long without a word lets it lose its address to itself.</summary>
    private static readonly TimeSpan SilenceWithoutKeepAlive = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KeepAliveGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakeOverTime = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = engine.Loggers.CreateLogger<BindServer>();

    /// <summary>
    /// Binds TCP at <paramref name="address"/>, replies, runs smux (as its client) over <paramref name="tunnel"/> and opens a stream per accepted
    /// connection. Ends with the tunnel, and the listening socket with it. Takes over neither stream nor inbound, but ends the stream.
    /// <paramref name="user"/>: the authenticated user, empty = none; with the client's IP it says whose bind it is. Throws <see cref="FlowException"/>
    /// (bind) after the refusing reply.
    /// </summary>
    public async ValueTask ServeStreamsAsync(
        Inbound inbound, DuplexStream tunnel, Target address, string user, SmuxOptions mux, IBindReplies replies, CancellationToken stopping)
    {
        using var held = await HoldAsync(
            inbound, tunnel, address, user, TargetNetwork.Tcp, replies,
            (at, endPoint) => ListenSocketFactory.Open(new ListenRequest(service, at), endPoint, own: []), stopping);
        var local = held.Local;
        await using AcceptLoop accepting = new(held.Socket, engine.Descriptors, engine.Time, _logger);
        ListenSocket.Configure(held.Socket, TcpKeepAlive.Default);
        await ReplyAsync(tunnel, replies.Bound(local), stopping);
        await using var session = SmuxSession.Start(tunnel, mux, isClient: true, engine, accepts: false);
        var silence = mux.KeepAliveInterval > TimeSpan.Zero ? mux.KeepAliveInterval + KeepAliveGrace : SilenceWithoutKeepAlive;
        held.Place.Hold(local, () => engine.Time.GetElapsedTime(session.LastReceived) > silence, () => tunnel.Abort());
        RemoteLog.Held(_logger, service, "tcp", local, inbound.Client);
        inbound.Counters.Target = $"bind tcp {local}";
        using StreamBind bind = new(service, inbound.Counters, session, replies, engine, _logger);
        await bind.RunAsync(accepting);
        RemoteLog.Freed(_logger, service, "tcp", local, inbound.Client);
    }

    /// <summary>
    /// Binds UDP at <paramref name="address"/>, replies, and carries datagrams with their peers' addresses over <paramref name="tunnel"/>. Ends with the
    /// tunnel, or when the engine drains. The rest as for streams; datagrams longer than <paramref name="maxPayload"/> bytes are cut.
    /// </summary>
    public async ValueTask ServeDatagramsAsync(
        Inbound inbound, DuplexStream tunnel, Target address, string user, int maxPayload, IBindReplies replies, CancellationToken stopping)
    {
        using var held = await HoldAsync(
            inbound, tunnel, address, user, TargetNetwork.Udp, replies,
            static (at, endPoint) => DatagramSockets.Listen(at, endPoint, static (socket, x) => socket.Bind(x)), stopping);
        var local = held.Local;
        await ReplyAsync(tunnel, replies.Bound(local), stopping);
        await using HeardChannel client = new(new FramedDatagramChannel(tunnel, peer: null, maxPayload, engine.Buffers), engine.Time);
        await using SocketAssociationChannel outside = new(held.Socket, Resolver.ResolveAsync, engine.Time);

        // An association has one client; here many peers share the socket.
        DatagramSockets.WidenBuffers(held.Socket, DatagramSockets.ListenBuffer);
        held.Place.Hold(local, () => client.SilentFor > SilenceWithoutKeepAlive, () => tunnel.Abort());
        RemoteLog.Held(_logger, service, "udp", local, inbound.Client);
        inbound.Counters.Target = $"bind udp {local}";
        using (engine.Draining.Token.UnsafeRegister(static x => ((DuplexStream)x!).Abort(), tunnel))
        {
            DatagramRelayOptions options = new(TimeSpan.Zero, EndWhenRefused: false, Addressed: true);
            await DatagramRelay.RunAsync(inbound, client, outside, options, engine.Buffers, engine.Time, _logger);
        }

        RemoteLog.Freed(_logger, service, "udp", local, inbound.Client);
    }

    /// <summary>Reserves, binds, takes over what the same client left; on a refusal says so to the client first.</summary>
    private async ValueTask<Held> HoldAsync(
        Inbound inbound, DuplexStream tunnel, Target address, string user, TargetNetwork network, IBindReplies replies,
        Func<BindAddress, IPEndPoint, Socket> open, CancellationToken stopping)
    {
        HeldBind? place = null;
        try
        {
            inbound.Ticket?.Settle();
            place = engine.HeldBinds.Reserve(BindOwner.Of(service, user, inbound.Client), network);
            return new Held(place, await OpenAsync(inbound, place.Owner, BoundAddress.Of(address), network, open, stopping));
        }
        catch (FlowException e)
        {
            place?.Dispose();
            await RefuseAsync(tunnel, replies.Refused(e), stopping);
            throw;
        }
        catch
        {
            place?.Dispose();
            throw;
        }
    }

    private async ValueTask<Socket> OpenAsync(
        Inbound inbound, BindOwner owner, BindAddress address, TargetNetwork network, Func<BindAddress, IPEndPoint, Socket> open, CancellationToken stopping)
    {
        if (!engine.Descriptors.HasRoom(1))
        {
            throw new FlowException(FlowLayer.Bind, FlowError.OutOfDescriptors, $"listen {address.Text}: too many open files");
        }

        var endPoint = await address.ResolveAsync(network == TargetNetwork.Udp ? "udp" : "tcp", stopping);
        try
        {
            return open(address, endPoint);
        }
        catch (FlowException e) when (e.Error == FlowError.AddressInUse && engine.HeldBinds.FindStale(owner, network, endPoint) is { } stale)
        {
            RemoteLog.TakenOver(_logger, service, inbound.Client, endPoint);
            stale.End();
            try
            {
                await stale.Freed.WaitAsync(TakeOverTime, engine.Time, stopping);
            }
            catch (TimeoutException)
            {
                throw e;
            }

            return open(address, endPoint);
        }
    }

    private static async ValueTask ReplyAsync(DuplexStream tunnel, ReadOnlyMemory<byte> reply, CancellationToken stopping)
    {
        try
        {
            await tunnel.WriteAsync(reply, stopping);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Bind, FlowError.Stopped, $"the client left before it was told that the address is bound: {e.Message}", e);
        }
    }

    private static async ValueTask RefuseAsync(DuplexStream tunnel, ReadOnlyMemory<byte> reply, CancellationToken stopping)
    {
        try
        {
            if (!reply.IsEmpty)
            {
                await tunnel.WriteAsync(reply, stopping);
            }

            await tunnel.CompleteWritesAsync(stopping);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or FlowException)
        {
            // The client has left already; what is thrown to the service is why it was refused.
        }
    }

    /// <summary>A bound socket and its place; disposing frees both, the socket first.</summary>
    private sealed record Held(HeldBind Place, Socket Socket) : IDisposable
    {
        public IPEndPoint Local { get; } = (IPEndPoint)EndPointForms.Unmapped(Socket.LocalEndPoint)!; // bound, and of an IP family

        public void Dispose()
        {
            Socket.Dispose();
            Place.Dispose();
        }
    }
}

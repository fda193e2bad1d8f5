using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// The serving end of remote forwarding: binds on this host for a client behind a tunnel, and carries what comes in through it. Used by the
/// handlers relay, socks5 and sshd. Source: spec/wire/remote-forwarding.md, relay.md sections 7 and 8, socks5.md section 5.
/// </summary>
internal sealed class BindServer(string service, EngineServices engine)
{
    private static readonly TimeSpan TakeOverTime = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = engine.Loggers.CreateLogger<BindServer>();

    /// <summary>
    /// Binds TCP at <paramref name="address"/>, says so through <paramref name="carrier"/>, and carries each accepted connection in a stream of it. Ends when
    /// the client has left, or has cancelled and the last connection has ended. Takes over <paramref name="carrier"/>, but not the inbound.
    /// <paramref name="user"/>: the authenticated user, empty = none; with the client's IP it says whose bind it is. Throws <see cref="FlowException"/>
    /// (bind) after the refusing reply.
    /// </summary>
    public async ValueTask ServeStreamsAsync(Inbound inbound, Target address, string user, IBindCarrier carrier, CancellationToken stopping)
    {
        await using var owned = carrier;
        using var held = await HoldAsync(
            inbound, address, user, TargetNetwork.Tcp, carrier.RefuseAsync,
            (at, endPoint) => ListenSocketFactory.Open(new ListenRequest(service, at), endPoint, own: []), stopping);
        var local = held.Local;
        await using var accepting = AcceptLoop.Over(held.Socket, engine.Loops, engine.Descriptors, engine.Time, _logger);
        ListenSocket.Configure(held.Socket, TcpKeepAlive.Default);
        await carrier.StartAsync(local, stopping);
        held.Place.Hold(local, () => carrier.IsSilent, carrier.End);
        RemoteLog.Held(_logger, service, "tcp", local, inbound.Client);
        inbound.Counters.Target = $"bind tcp {local}";
        using StreamBind bind = new(service, inbound.Counters, carrier, engine, _logger);
        await bind.AcceptAsync(accepting);
        held.Dispose();
        carrier.Freed();
        RemoteLog.Freed(_logger, service, "tcp", local, inbound.Client);
        await bind.EndAsync();
    }

    /// <summary>
    /// Binds UDP at <paramref name="address"/>, replies, and carries datagrams with their peers' addresses over <paramref name="tunnel"/>. Ends with the
    /// tunnel, or when the engine drains. Takes over neither stream nor inbound, but ends the stream. The rest as for streams; datagrams longer than
    /// <paramref name="maxPayload"/> bytes are cut.
    /// </summary>
    public async ValueTask ServeDatagramsAsync(
        Inbound inbound, DuplexStream tunnel, Target address, string user, int maxPayload, IBindReplies replies, CancellationToken stopping)
    {
        using var held = await HoldAsync(
            inbound, address, user, TargetNetwork.Udp, (reason, x) => SmuxBindCarrier.RefuseAsync(tunnel, replies.Refused(reason), x),
            static (at, endPoint) => DatagramSockets.Listen(at, endPoint, static (socket, x) => socket.Bind(x)), stopping);
        var local = held.Local;
        await SmuxBindCarrier.ReplyAsync(tunnel, replies.Bound(local), stopping);
        await using HeardChannel client = new(new FramedDatagramChannel(tunnel, peer: null, maxPayload, engine.Buffers), engine.Time);
        await using SocketAssociationChannel outside = new(held.Socket, Resolver.ResolveAsync, engine.Time);

        // An association has one client; here many peers share the socket.
        DatagramSockets.WidenBuffers(held.Socket, DatagramSockets.ListenBuffer);
        held.Place.Hold(local, () => client.SilentFor > SmuxBindCarrier.SilenceWithoutKeepAlive, () => tunnel.Abort());
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
        Inbound inbound, Target address, string user, TargetNetwork network, Func<FlowException, CancellationToken, ValueTask> refuse,
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
            await refuse(e, stopping);
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

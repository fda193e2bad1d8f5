using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// Connectors <c>socks5</c> and <c>socks</c>. Hosts go as they are, of datagrams too: GOST's server resolves the name of every datagram, and a name that is
/// looked up here would tell the local resolver what the chain is to hide. Source: spec/wire/socks5.md.
/// </summary>
internal sealed class Socks5Connector : IConnector
{
    private readonly Socks5ConnectorOptions _options;
    private readonly SocksCredentials? _credentials;
    private readonly TlsClientTransport? _tls;
    private readonly SocksHandshake _handshake;
    private readonly SocketDialer _sockets;
    private readonly EngineServices _engine;

    private Socks5Connector(ConnectorBuildContext context)
    {
        _engine = context.Engine;
        _options = Socks5ConnectorOptions.Read(context.Metadata);
        _credentials = SocksCredentials.Of(context);
        _tls = _options.NoTls ? null : TlsClientTransport.Build(context);
        _handshake = new SocksHandshake(_options.Timeout, _engine.Time);

        // Findings of the node's metadata are the node's own.
        _sockets = SocketDialer.ForNode(context.Node, new MetadataReader(context.Node.Metadata, ""), _engine);
    }

    /// <summary>Reads the options and builds the connector.</summary>
    public static IConnector Build(ConnectorBuildContext context) => new Socks5Connector(context);

    /// <inheritdoc/>
    public bool DatagramsLeaveThisHost => _options.Standard;

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken)
    {
        // The far end's own host, as GOST asks for it.
        var asked = to.Host.Length == 0 ? to with { Host = "127.0.0.1" } : to;
        return _handshake.RunAsync(
            new StreamSlot(via),
            async (slot, x) =>
            {
                await AskAsync(slot, Socks5Wire.Request(Socks5Command.Connect, asked), Socks5Command.Connect, FlowLayer.Connect, to.ToString(), x);
                return slot.Stream;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken) => _handshake.RunAsync(
        new StreamSlot(via),
        async (slot, x) =>
        {
            if (to is not null)
            {
                // A host that no datagram could name is refused before any is sent.
                _ = SocksAddress.LengthOf(to);
            }

            var command = _options.Standard ? Socks5Command.Associate : Socks5Command.UdpTunnel;
            var relay = await AskAsync(slot, Socks5Wire.Request(command, (EndPoint?)null), command, FlowLayer.Associate, to?.ToString() ?? "any", x);
            return _options.Standard
                ? await OpenAsync(slot.Stream, relay, to, x)
                : (IDatagramChannel)new FramedDatagramChannel(slot.Stream, to, _options.BufferSize, _engine.Buffers);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken) => _handshake.RunAsync(
        new StreamSlot(via),
        async (slot, x) =>
        {
            var isUdp = request.Network == TargetNetwork.Udp;
            if (isUdp && request.Address.Port == 0)
            {
                throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "socks5 cannot bind UDP at a port of the far end's choice: name one");
            }

            var command = isUdp ? Socks5Command.UdpTunnel : Socks5Command.MuxBind;
            var address = await AddressOfAsync(request.Address, x);
            var reply = await AskAsync(slot, address, command, FlowLayer.Bind, request.Address.ToString(), x);
            var bound = IPAddress.TryParse(reply.Host, out var host) ? new IPEndPoint(host, reply.Port) : null;
            return isUdp
                ? new TunnelDatagramListener(new FramedDatagramChannel(slot.Stream, null, _options.BufferSize, _engine.Buffers), bound, _engine)
                : (IListener)new TunnelStreamListener(
                    SmuxSession.Start(slot.Stream, _options.Mux, isClient: false, _engine), bound, ReadGreetingAsync, _engine);

            async ValueTask<byte[]> AddressOfAsync(Target wanted, CancellationToken cancel) => Socks5Wire.Request(
                command, wanted.Host.Length == 0 ? new IPEndPoint(IPAddress.Any, wanted.Port) : new IPEndPoint((await Resolver.ResolveAsync(wanted.Host, cancel))[0], wanted.Port));
        },
        cancellationToken);

    /// <summary>Negotiates and asks; gives the address of the reply.</summary>
    private async ValueTask<Target> AskAsync(
        StreamSlot slot, byte[] request, Socks5Command command, FlowLayer layer, string what, CancellationToken cancellationToken)
    {
        await NegotiateAsync(slot, cancellationToken);
        await slot.Stream.WriteAsync(request, cancellationToken);
        slot.Asked = layer;
        var (code, address) = await Socks5Wire.ReadMessageAsync(slot.Stream, TargetNetwork.Tcp, cancellationToken);
        var reply = (Socks5Reply)code;
        if (reply != Socks5Reply.Succeeded)
        {
            throw layer == FlowLayer.Associate ? Socks5Replies.OfDatagrams(reply, what) : Socks5Replies.ToFault(reply, command, what);
        }

        return address ?? throw new FlowException(FlowLayer.Handshake, FlowError.Failed, "the far end's reply has an address of no known type");
    }

    private async ValueTask NegotiateAsync(StreamSlot slot, CancellationToken cancellationToken)
    {
        await slot.Stream.WriteAsync(Offer(), cancellationToken);
        var method = await Socks5Wire.ReadChoiceAsync(slot.Stream, cancellationToken);
        if (method is Socks5Method.Tls or Socks5Method.TlsPassword && _tls is not null)
        {
            slot.Stream = await _tls.ConnectAsync(slot.Stream, cancellationToken);
        }

        switch (method)
        {
            case Socks5Method.None:
            case Socks5Method.Tls when _tls is not null:
                return;
            case Socks5Method.Password when _credentials is not null:
            case Socks5Method.TlsPassword when _credentials is not null && _tls is not null:
                await AuthenticateAsync(slot.Stream, _credentials, cancellationToken);
                return;
            case Socks5Method.NoneAcceptable:
                throw new FlowException(
                    FlowLayer.Authentication,
                    FlowError.Unauthenticated,
                    _credentials is null
                        ? "the far end takes none of the methods offered: it may ask for user and password"
                        : "the far end takes none of the methods offered, user and password among them");
            default:
                throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"the far end chose method {(byte)method:x2}, which was not offered");
        }
    }

    private byte[] Offer() => (_credentials is not null, _tls is not null) switch
    {
        (false, false) => Socks5Wire.Greeting(Socks5Method.None),
        (false, true) => Socks5Wire.Greeting(Socks5Method.None, Socks5Method.Tls),
        (true, false) => Socks5Wire.Greeting(Socks5Method.None, Socks5Method.Password),
        _ => Socks5Wire.Greeting(Socks5Method.None, Socks5Method.Password, Socks5Method.Tls, Socks5Method.TlsPassword),
    };

    private static async ValueTask AuthenticateAsync(DuplexStream stream, SocksCredentials credentials, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Socks5Wire.Credentials(credentials.User, credentials.Password), cancellationToken);
        if (!await Socks5Wire.ReadStatusAsync(stream, cancellationToken))
        {
            throw new FlowException(FlowLayer.Authentication, FlowError.Unauthenticated, "the far end does not accept user and password");
        }
    }

    /// <summary>The socket of a standard association; the far end may leave it to us to know its host.</summary>
    private async ValueTask<IDatagramChannel> OpenAsync(DuplexStream control, Target relay, Target? to, CancellationToken cancellationToken)
    {
        var host = relay.Host;
        if (host.Length == 0 || (IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))))
        {
            host = (control.RemoteEndPoint as IPEndPoint)?.Address.ToString()
                ?? throw new FlowException(FlowLayer.Associate, FlowError.Failed, "the far end does not say where datagrams go");
        }

        var socket = await _sockets.OpenDatagramsAsync(new Target(TargetNetwork.Udp, host, relay.Port), cancellationToken);
        return new SocksAssociation(control, socket, to, _options, _engine);
    }

    /// <summary>The reply that each stream of MUXBIND begins with: whom the connection is from.</summary>
    private static async ValueTask<EndPoint?> ReadGreetingAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var (code, peer) = await Socks5Wire.ReadMessageAsync(stream, TargetNetwork.Tcp, cancellationToken);
        return code != (byte)Socks5Reply.Succeeded || peer is null
            ? throw new FlowException(FlowLayer.Accept, FlowError.Failed, $"a stream of the bind begins with code {code}")
            : IPAddress.TryParse(peer.Host, out var host) ? new IPEndPoint(host, peer.Port) : null;
    }
}

using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Runtime;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// Handlers <c>socks5</c> and <c>socks</c>: RFC 1928 and 1929 with GOST's TLS methods, MUXBIND and UDP over the connection. Source: spec/wire/socks5.md.
/// </summary>
internal sealed class Socks5Handler : IHandler
{
    private readonly Socks5Options _options;
    private readonly Socks5Negotiator _negotiator;
    private readonly SocksConnect _connect;
    private readonly Socks5Bind _bind;
    private readonly Socks5Datagrams _datagrams;
    private readonly BindServer _binds;
    private readonly EngineServices _engine;

    private Socks5Handler(HandlerBuildContext context)
    {
        _options = Socks5Options.Read(context.Metadata);
        _negotiator = new Socks5Negotiator(
            FlowAuthenticator.Build(context.Service.Handler, context.Engine),
            _options.NoTls ? null : TlsServerTransport.Build(context),
            context.Engine.Time);
        _connect = new SocksConnect(context);
        _bind = new Socks5Bind(_connect, _options, context.Engine);
        _datagrams = new Socks5Datagrams(_connect.Targets, _options, context.Engine);
        _binds = new BindServer(context.Service.Name, context.Engine);
        _engine = context.Engine;
    }

    /// <summary>Reads the options and builds the handler.</summary>
    public static IHandler Build(HandlerBuildContext context) => new Socks5Handler(context);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var raw = inbound.Stream ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "SOCKS5 needs a listener of streams");
        var (client, command, address) = await ReadRequestAsync(inbound, raw, stopping);
        try
        {
            await ServeAsync(client, command, address, stopping);
        }
        finally
        {
            if (client.Stream != raw)
            {
                await client.Stream.DisposeAsync();
            }
        }
    }

    private async ValueTask<(SocksClient Client, Socks5Command Command, Target? Address)> ReadRequestAsync(
        Inbound inbound, DuplexStream raw, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(_options.ReadTimeout, _engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        var stream = raw;
        try
        {
            (stream, var user) = await _negotiator.AcceptAsync(raw, either.Token);
            var (code, address) = await Socks5Wire.ReadMessageAsync(stream, TargetNetwork.Tcp, either.Token);
            return (new SocksClient(inbound, stream, user, _engine.Time), (Socks5Command)code, address);
        }
        catch (Exception e)
        {
            if (stream != raw)
            {
                await stream.DisposeAsync();
            }

            throw Explain(e, timer.IsCancellationRequested, stopping);
        }
    }

    private async ValueTask ServeAsync(SocksClient client, Socks5Command command, Target? address, CancellationToken stopping)
    {
        if (address is null)
        {
            await client.RefuseAsync(Socks5Wire.Reply(Socks5Reply.AddressUnsupported), stopping);
            throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "the request has an address of no known type");
        }

        switch (command)
        {
            case Socks5Command.Connect:
                await _connect.ServeAsync(
                    client, address, static x => Socks5Wire.Reply(x is null ? Socks5Reply.Succeeded : Socks5Replies.Of(x)), stopping);
                break;
            case Socks5Command.Associate:
                await DemandAsync(_options.Udp, client, FlowLayer.Associate, "UDP is disabled here: add udp=true", stopping);
                await _datagrams.AssociateAsync(client, stopping);
                break;
            case Socks5Command.UdpTunnel when address.Port == 0:
                await DemandAsync(_options.Udp, client, FlowLayer.Associate, "UDP is disabled here: add udp=true", stopping);
                await _datagrams.TunnelAsync(client, stopping);
                break;
            case Socks5Command.Bind:
                await DemandAsync(_options.Bind, client, FlowLayer.Bind, "BIND is disabled here: add bind=true", stopping);
                await _bind.ServeAsync(client, address, stopping);
                break;
            case Socks5Command.UdpTunnel:
                await DemandAsync(_options.Bind, client, FlowLayer.Bind, "BIND is disabled here: add bind=true", stopping);
                await _binds.ServeDatagramsAsync(
                    client.Inbound, client.Stream, address with { Network = TargetNetwork.Udp }, client.User, _options.BufferSize, new Socks5BindReplies(null, Plain: true), stopping);
                break;
            case Socks5Command.MuxBind:
                await DemandAsync(_options.Bind, client, FlowLayer.Bind, "BIND is disabled here: add bind=true", stopping);
                SmuxBindCarrier carrier = new(client.Stream, _options.Mux, new Socks5BindReplies(_bind.PublicHost(client), _options.Plain), _engine);
                await _binds.ServeStreamsAsync(client.Inbound, address, client.User, carrier, stopping);
                break;
            default:
                await client.RefuseAsync(Socks5Wire.Reply(Socks5Reply.CommandUnsupported), stopping);
                throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, $"command {(byte)command:x2} is not supported");
        }
    }

    private static async ValueTask DemandAsync(bool enabled, SocksClient client, FlowLayer layer, string reason, CancellationToken stopping)
    {
        if (!enabled)
        {
            await client.RefuseAsync(Socks5Wire.Reply(Socks5Reply.NotAllowed), stopping);
            throw new FlowException(layer, FlowError.NotPermitted, reason);
        }
    }

    private Exception Explain(Exception exception, bool timedOut, CancellationToken stopping) => exception switch
    {
        OperationCanceledException or ObjectDisposedException when stopping.IsCancellationRequested => exception,
        _ when timedOut => new FlowException(
            FlowLayer.Handshake, FlowError.TimedOut, $"no request within {_options.ReadTimeout.TotalSeconds:0.###} s", exception),
        SocketException or IOException or ObjectDisposedException => new FlowException(
            FlowLayer.Handshake, FlowError.Failed, $"the client closed the connection before its request: {exception.Message}", exception),
        _ => exception,
    };
}

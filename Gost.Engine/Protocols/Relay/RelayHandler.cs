using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Gost.Engine.Security;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// Serves relay: ways to targets, datagrams, listeners; with targets of its own it ignores what the client asks for and forwards to one of them.
/// Source: spec/wire/relay.md sections 5 to 9.
/// </summary>
internal sealed class RelayHandler : IHandler
{
    /// <summary>How long the answer waits for the target's first data. GOST waits for ever, which a client that awaits the answer does not survive.</summary>
    internal static readonly TimeSpan AnswerHold = TimeSpan.FromMilliseconds(20);

    private readonly RelayHandlerOptions _options;
    private readonly FlowAuthenticator _authenticator;
    private readonly TargetDialer _dialer;
    private readonly IForwarder? _forwarder;
    private readonly StreamRelay _relay;
    private readonly BindServer _binds;
    private readonly RelayRefuser _refuser;
    private readonly EngineServices _engine;
    private readonly ILogger _logger;

    private RelayHandler(HandlerBuildContext context)
    {
        _options = RelayHandlerOptions.Bind(context.Metadata);
        _engine = context.Engine;
        _authenticator = FlowAuthenticator.Build(context.Service.Handler, _engine);
        _dialer = TargetDialer.Build(context);
        _forwarder = HasTargets(context.Service.Forwarder) ? context.Forwarder : null;
        _relay = new StreamRelay(_engine);
        _binds = new BindServer(context.Service.Name, _engine);
        _logger = _engine.Loggers.CreateLogger<RelayHandler>();
        _refuser = new RelayRefuser(_engine.Time, _engine.Buffers, _logger);
    }

    /// <summary>Reads the options and builds the handler.</summary>
    public static RelayHandler Build(HandlerBuildContext context) => new(context);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var client = inbound.Stream
            ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "handler relay serves streams; the listener accepts datagrams");
        if (await ReadRequestAsync(client, stopping) is not { } message)
        {
            return;
        }

        var command = (RelayCommand)(message.Code & RelayMessages.CommandMask);
        var request = message.Features((message.Code & RelayMessages.UdpFlag) != 0);
        if (!_authenticator.Authenticate(request.Username, request.Password))
        {
            throw await _refuser.RefuseAsync(
                inbound, RelayStatus.Unauthorized, FlowLayer.Authentication, FlowError.Unauthenticated, "the client's user name or password is wrong", stopping);
        }

        if (_forwarder is not null || command is RelayCommand.Connect or 0)
        {
            await ConnectAsync(inbound, client, request, stopping);
        }
        else if (command == RelayCommand.Bind)
        {
            await BindAsync(inbound, client, request, stopping);
        }
        else
        {
            throw await _refuser.RefuseAsync(
                inbound, RelayStatus.BadRequest, FlowLayer.Handshake, FlowError.Unsupported, $"command {(byte)command} is not served", stopping);
        }
    }

    /// <summary>The request, or null when the client closed without one.</summary>
    private async ValueTask<RelayMessageReader?> ReadRequestAsync(DuplexStream client, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(_options.ReadTimeout, _engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            RelayMessageReader request = new();
            return await request.ReadAsync(client, either.Token) ? request : null;
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new FlowException(
                FlowLayer.Handshake, FlowError.TimedOut, $"relay: no request within {_options.ReadTimeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (RelayMessageReader.IsBroken(e))
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"relay: the connection broke before the request: {e.Message}", e);
        }
    }

    private async ValueTask ConnectAsync(Inbound inbound, DuplexStream client, RelayFeatures request, CancellationToken stopping)
    {
        if (request.Network is RelayNetwork.Ip or RelayNetwork.Serial)
        {
            throw await _refuser.RefuseAsync(
                inbound, RelayStatus.NetworkUnreachable, FlowLayer.Connect, FlowError.Unsupported, $"network {request.Network} is not supported", stopping);
        }

        if (_forwarder is null && request.Address is null)
        {
            throw await _refuser.RefuseAsync(
                inbound, RelayStatus.BadRequest, FlowLayer.Handshake, FlowError.Failed, "the request names no target, and the service has none", stopping);
        }

        if (request.Network == RelayNetwork.Udp)
        {
            await using var channel = await OpenAsync(inbound, request.Address, AssociateAsync, stopping);
            await using LengthPrefixedChannel datagrams = new(await AnswerAsync(client), _engine.Buffers);
            DatagramRelayOptions options = new(_options.IdleTimeout, EndWhenRefused: false);
            await DatagramRelay.RunAsync(inbound, datagrams, channel, options, _engine.Buffers, _engine.Time, _logger);
            return;
        }

        await using var target = await OpenAsync(inbound, request.Address, DialAsync, stopping);
        await using var answering = await AnswerAsync(client);
        await _relay.RunAsync(inbound, answering, target, _options.IdleTimeout);
    }

    // The caller has made sure that there is an address where there is no forwarder.
    private ValueTask<DuplexStream> DialAsync(Inbound inbound, Target? to, CancellationToken cancellationToken) =>
        _forwarder?.DialAsync(inbound, cancellationToken) ?? _dialer.DialAsync(inbound, to!, cancellationToken);

    private ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, Target? to, CancellationToken cancellationToken) =>
        _forwarder?.AssociateAsync(inbound, cancellationToken) ?? _dialer.AssociateAsync(inbound, to!, cancellationToken);

    /// <summary>Opens the way to the target, or tells the client why there is none.</summary>
    private async ValueTask<T> OpenAsync<T>(
        Inbound inbound, Target? to, Func<Inbound, Target?, CancellationToken, ValueTask<T>> open, CancellationToken stopping)
    {
        try
        {
            return await open(inbound, to, stopping);
        }
        catch (FlowException e)
        {
            // GOST tells no cause of a target that the client named.
            var status = _forwarder is null ? RelayStatus.NetworkUnreachable
                : e.Layer == FlowLayer.Select ? RelayStatus.ServiceUnavailable
                : RelayStatus.HostUnreachable;
            await _refuser.SendAsync(inbound, status, stopping);
            throw;
        }
        finally
        {
            inbound.Ticket?.Settle();
        }
    }

    /// <summary>The client's stream with the answer sent, or held back for the first data.</summary>
    private async ValueTask<DuplexStream> AnswerAsync(DuplexStream client)
    {
        var answer = RelayMessages.Response(RelayStatus.Ok);
        if (!_options.NoDelay)
        {
            return new HeldHeaderStream(client, answer, AnswerHold, _engine.Time, _engine.Buffers);
        }

        try
        {
            await client.WriteAsync(answer, CancellationToken.None);
        }
        catch (Exception e) when (RelayMessageReader.IsBroken(e))
        {
            // The client has left: the relay ends with its first read.
        }

        return client;
    }

    private async ValueTask BindAsync(Inbound inbound, DuplexStream client, RelayFeatures request, CancellationToken stopping)
    {
        if (_options.Mux is null)
        {
            throw await _refuser.RefuseAsync(
                inbound, RelayStatus.Forbidden, FlowLayer.Bind, FlowError.NotPermitted, "the client asked for BIND, which only bind=true allows", stopping);
        }

        if (request.Address is null || request.Network is not (RelayNetwork.Tcp or RelayNetwork.Udp))
        {
            throw await _refuser.RefuseAsync(
                inbound, RelayStatus.BadRequest, FlowLayer.Bind, FlowError.Unsupported, "a bind needs an address, and TCP or UDP", stopping);
        }

        inbound.Ticket?.Settle();
        var address = WithoutWildcard(request.Address);
        if (request.Network == RelayNetwork.Udp)
        {
            await _binds.ServeDatagramsAsync(
                inbound, client, address, request.Username, _options.DatagramSize, new RelayBindReplies(isUdp: true), stopping);
        }
        else
        {
            SmuxBindCarrier carrier = new(client, _options.Mux, new RelayBindReplies(isUdp: false), _engine);
            await _binds.ServeStreamsAsync(inbound, address, request.Username, carrier, stopping);
        }
    }

    /// <summary>GOST listens on every address of both families where <c>0.0.0.0</c> is asked for. Source: spec/wire/relay.md section 12.</summary>
    private static Target WithoutWildcard(Target address) => address.Host == IPAddress.Any.ToString() ? address with { Host = "" } : address;

    private static bool HasTargets(ForwarderConfig? forwarder) =>
        forwarder is not null && (forwarder.Nodes.Count > 0 || forwarder.Hop.Length > 0 || forwarder.Name.Length > 0 || forwarder.HopGroup is { Hops.Count: > 0 });
}

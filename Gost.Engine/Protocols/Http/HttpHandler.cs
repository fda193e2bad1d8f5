using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Gost.Engine.Security;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Http;

/// <summary>
/// Serves an HTTP proxy: tunnels, datagrams in a tunnel, and requests that are passed on. Each request is authenticated. Source: spec/wire/http.md
/// sections 3 to 6.
/// </summary>
internal sealed class HttpHandler : IHandler
{
    private readonly HttpHandlerOptions _options;
    private readonly HttpReplies _replies;
    private readonly FlowAuthenticator _authenticator;
    private readonly TargetDialer _dialer;
    private readonly HttpForwarding _forwarding;
    private readonly HttpDecoyServer? _decoy;
    private readonly StreamRelay _relay;
    private readonly EngineServices _engine;
    private readonly ILogger _logger;

    private HttpHandler(HandlerBuildContext context)
    {
        _options = HttpHandlerOptions.Bind(context.Metadata);
        _engine = context.Engine;
        _replies = new HttpReplies(_options);
        _authenticator = FlowAuthenticator.Build(context.Service.Handler, _engine);
        _dialer = TargetDialer.Build(context);
        _logger = _engine.Loggers.CreateLogger<HttpHandler>();
        _forwarding = new HttpForwarding(_options, _replies, _dialer, _engine, _logger);
        _relay = new StreamRelay(_engine);
        _decoy = _options.Decoy is { } decoy
            ? new HttpDecoyServer(decoy, SocketDialer.ForService(context.Service, context.ServiceMetadata, _engine), _options.IdleTimeout, _engine)
            : null;
    }

    /// <summary>Reads the options and builds the handler.</summary>
    public static HttpHandler Build(HandlerBuildContext context) => new(context);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var stream = inbound.Stream
            ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "handler http serves streams; the listener accepts datagrams");
        await using HttpClientConnection client = new(inbound, stream, _engine);
        for (var isFirst = true; ; isFirst = false)
        {
            if (await ReadRequestAsync(client, isFirst, stopping) is not { } request || !await ServeAsync(client, request, stopping))
            {
                return;
            }
        }
    }

    /// <summary>The next request, or null when the client has closed or nothing came for the idle timeout.</summary>
    private async ValueTask<HttpRequestHead?> ReadRequestAsync(HttpClientConnection client, bool isFirst, CancellationToken stopping)
    {
        if (!isFirst && !await WaitAsync(client, stopping))
        {
            return null;
        }

        using CancellationTokenSource timer = new(_options.HeadTimeout, _engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            var head = await client.Reader.ReadHeadAsync(either.Token);
            client.Inbound.Counters.AddInput(head.Length);
            return head.IsEmpty ? null : HttpHeadParser.ParseRequest(head.Span);
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new FlowException(
                FlowLayer.Handshake, FlowError.TimedOut, $"http: no request within {_options.HeadTimeout.TotalSeconds:0.###} s", e);
        }
        catch (HttpSyntaxException e)
        {
            throw await RefuseAsync(client, e, stopping);
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"http: the connection broke before the request: {e.Message}", e);
        }
    }

    /// <summary>Waits for the first byte of a further request; false = the client has left, or takes too long.</summary>
    private async ValueTask<bool> WaitAsync(HttpClientConnection client, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(_options.IdleTimeout > TimeSpan.Zero ? _options.IdleTimeout : Timeout.InfiniteTimeSpan, _engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await client.Reader.WaitAsync(either.Token);
            return true;
        }
        catch (Exception e) when (HttpReader.IsBroken(e) || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Serves one request; true = another one may follow.</summary>
    private async ValueTask<bool> ServeAsync(HttpClientConnection client, HttpRequestHead request, CancellationToken stopping)
    {
        HttpDestination destination;
        HttpFraming framing;
        try
        {
            destination = HttpDestination.Of(request);
            framing = request.IsConnect ? new HttpFraming(HttpBodyEnd.None) : HttpFraming.OfRequest(request);
        }
        catch (HttpSyntaxException e)
        {
            throw await RefuseAsync(client, e, stopping);
        }

        await AuthenticateAsync(client, request, destination, framing, stopping);
        var isUdp = request.Fields.First("X-Gost-Protocol") == "udp";
        if (request.Method == "PRI" || (!request.IsConnect && !destination.IsHttp))
        {
            throw await RefuseAsync(client, new HttpSyntaxException("neither CONNECT nor a request for an http server"), stopping);
        }

        if (isUdp)
        {
            await CarryDatagramsAsync(client, stopping);
            return false;
        }

        if (destination.TargetFor(TargetNetwork.Tcp) is not { } target)
        {
            throw await RefuseAsync(client, new HttpSyntaxException("the request names no server"), stopping);
        }

        if (request.IsConnect)
        {
            await TunnelAsync(client, target, stopping);
            return false;
        }

        return await _forwarding.ServeAsync(client, request, destination, framing, target, stopping);
    }

    /// <summary>Throws <see cref="FlowException"/> when the client may not pass, after it was told so or shown the decoy.</summary>
    private async ValueTask AuthenticateAsync(
        HttpClientConnection client, HttpRequestHead request, HttpDestination destination, HttpFraming framing, CancellationToken stopping)
    {
        var given = request.Fields.First("Proxy-Authorization");
        var (user, password) = HttpCredentials.Read(given);
        if (_authenticator.IsOpen || _authenticator.Authenticate(user, password))
        {
            return;
        }

        var unread = framing.End != HttpBodyEnd.None;
        if (_decoy is not null && !_options.Knock.Contains(destination.UrlHost, StringComparer.OrdinalIgnoreCase))
        {
            await _decoy.ServeAsync(client, request, unread, stopping);
        }
        else
        {
            await client.RefuseAsync(_replies.Unauthorized(request), unread, stopping);
        }

        throw new FlowException(
            FlowLayer.Authentication, FlowError.Unauthenticated, given is null ? "http: the client gave no user name and password" : "http: the client's user name or password is wrong");
    }

    private async ValueTask TunnelAsync(HttpClientConnection client, Target to, CancellationToken stopping)
    {
        DuplexStream target;
        try
        {
            target = await _dialer.DialAsync(client.Inbound, to, stopping);
        }
        catch (FlowException)
        {
            await client.RefuseAsync(_replies.Unavailable, unread: false, stopping);
            throw;
        }

        await using (target)
        {
            if (!await AnswerAsync(client, _replies.Established, stopping))
            {
                return;
            }

            await _relay.RunAsync(client.Inbound, await client.Reader.DetachAsync(), target, _options.IdleTimeout);
        }
    }

    private async ValueTask CarryDatagramsAsync(HttpClientConnection client, CancellationToken stopping)
    {
        if (!_options.Udp)
        {
            await client.RefuseAsync(_replies.DatagramsRefused, unread: false, stopping);
            throw new FlowException(FlowLayer.Associate, FlowError.NotPermitted, "http: the client asked for UDP, which only udp=true allows");
        }

        // As GOST does: the answer comes first, and a way that cannot be opened closes the connection.
        if (!await AnswerAsync(client, _replies.DatagramsReady, stopping))
        {
            return;
        }

        await using var target = await _dialer.AssociateAsync(client.Inbound, null, stopping);
        await using FramedDatagramChannel datagrams = new(await client.Reader.DetachAsync(), null, _options.DatagramSize, _engine.Buffers);
        DatagramRelayOptions options = new(_options.IdleTimeout, EndWhenRefused: false, Addressed: true);
        await DatagramRelay.RunAsync(client.Inbound, datagrams, target, options, _engine.Buffers, _engine.Time, _logger);
    }

    /// <summary>Sends the head that opens a tunnel; false = the client has left.</summary>
    private static async ValueTask<bool> AnswerAsync(HttpClientConnection client, byte[] answer, CancellationToken stopping)
    {
        try
        {
            await client.SendAsync(answer, stopping);
            return true;
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            return false;
        }
    }

    /// <summary>Answers what is no request, or none that can be served, and gives the fault to throw.</summary>
    private async ValueTask<FlowException> RefuseAsync(HttpClientConnection client, HttpSyntaxException e, CancellationToken stopping)
    {
        await client.RefuseAsync(_replies.BadRequest, unread: true, stopping);
        return new FlowException(FlowLayer.Handshake, FlowError.Failed, $"http: {e.Message}", e);
    }
}

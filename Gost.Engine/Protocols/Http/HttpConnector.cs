using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Http;

/// <summary>
/// Asks an HTTP proxy for a tunnel, or, with GOST at the far end, for a way for datagrams. Source: spec/wire/http.md sections 2 and 5.
/// </summary>
/// <remarks>
/// The bytes of a request are GOST's. A target that is a name is sent as a name, so that the far end resolves it; GOST resolves the target of datagrams
/// here first.
/// </remarks>
internal sealed class HttpConnector(string node, HttpConnectorOptions options, EngineServices engine) : IConnector
{
    private const int MaxInterimAnswers = 8;

    // What an association is asked for, whose datagrams name their targets themselves: GOST does not look at it.
    private static readonly Target AnyTarget = new(TargetNetwork.Udp, IPAddress.Any.ToString(), 0);

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) =>
        AskAsync(via, to, isUdp: false, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken) =>
        new FramedDatagramChannel(await AskAsync(via, to ?? AnyTarget, isUdp: true, cancellationToken), to, ushort.MaxValue, engine.Buffers);

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw Fault(FlowLayer.Bind, FlowError.Unsupported, "an HTTP proxy cannot listen for its clients; use socks5 or relay with bind=true");
    }

    /// <summary>The request's bytes. Throws <see cref="FlowException"/> for a target that cannot stand in one.</summary>
    internal static byte[] Request(Target to, bool isUdp, HttpConnectorOptions options)
    {
        var authority = HttpAuthority.Write(to);
        HttpFields fields = new();
        foreach (var (name, value) in options.Header)
        {
            fields.Set(name, value);
        }

        // Go writes these by itself, whatever a header map says.
        foreach (var name in (ReadOnlySpan<string>)["Host", "Content-Length", "Transfer-Encoding", "Trailer"])
        {
            fields.Remove(name);
        }

        var agent = fields.First("User-Agent") ?? "Go-http-client/1.1";
        fields.Remove("User-Agent");
        fields.Set("Proxy-Connection", "keep-alive");
        if (options.Authorization is { } authorization)
        {
            fields.Set("Proxy-Authorization", authorization);
        }

        if (isUdp)
        {
            fields.Set("X-Gost-Protocol", "udp");
        }

        List<HttpField> ordered = [new("Host", authority), new("User-Agent", agent), .. fields.Sorted()];
        return HttpHeadWriter.Request("CONNECT", authority, ordered);
    }

    private async ValueTask<DuplexStream> AskAsync(DuplexStream via, Target to, bool isUdp, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(options.Timeout > TimeSpan.Zero ? options.Timeout : Timeout.InfiniteTimeSpan, engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        HttpReader reader = new(via, engine.Buffers);
        try
        {
            if (to.Network == TargetNetwork.Unix)
            {
                throw Fault(FlowLayer.Connect, FlowError.Unsupported, "a unix socket cannot be asked for");
            }

            await via.WriteAsync(Request(to, isUdp, options), either.Token);
            Judge(await ReadAnswerAsync(reader, either.Token), to, isUdp);
            return await reader.DetachAsync();
        }
        catch (Exception e)
        {
            await reader.DisposeAsync();
            await via.DisposeAsync();
            if (e is HttpSyntaxException)
            {
                throw Fault(FlowLayer.Handshake, FlowError.Failed, $"the far end does not speak HTTP: {e.Message}", e);
            }

            if (HttpReader.IsBroken(e))
            {
                throw Fault(FlowLayer.Handshake, FlowError.Failed, $"the connection broke before the answer: {e.Message}", e);
            }

            if (e is OperationCanceledException && timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw Fault(FlowLayer.Connect, FlowError.TimedOut, $"no answer within {options.Timeout.TotalSeconds:0.###} s", e);
            }

            throw;
        }
    }

    private async ValueTask<HttpResponseHead> ReadAnswerAsync(HttpReader reader, CancellationToken cancellationToken)
    {
        for (var interim = 0; interim <= MaxInterimAnswers; interim++)
        {
            var head = await reader.ReadHeadAsync(cancellationToken);
            if (head.IsEmpty)
            {
                throw Fault(FlowLayer.Handshake, FlowError.Failed, "the far end closed the connection without an answer");
            }

            if (HttpHeadParser.ParseResponse(head.Span) is { Status: >= 200 } answer)
            {
                return answer;
            }
        }

        throw new HttpSyntaxException("nothing but interim answers");
    }

    private void Judge(HttpResponseHead answer, Target to, bool isUdp)
    {
        if (answer.Status is >= 200 and < 300)
        {
            return;
        }

        var said = $"{answer.Status} {answer.Reason}".TrimEnd();
        throw answer.Status switch
        {
            407 => Fault(FlowLayer.Authentication, FlowError.Unauthenticated, options.Authorization is null
                ? $"the far end asks for a user name and a password: {said}"
                : $"the far end refuses the user name or the password: {said}"),
            403 when isUdp => Fault(FlowLayer.Associate, FlowError.Unsupported, $"UDP is disabled at the far end: add udp=true ({said})"),
            400 or 405 or 501 => Fault(FlowLayer.Handshake, FlowError.Unsupported, $"the far end takes no CONNECT: {said}"),
            403 => Fault(FlowLayer.Connect, FlowError.NotPermitted, $"the far end forbids {to}: {said}"),
            _ => Fault(isUdp ? FlowLayer.Associate : FlowLayer.Connect, FlowError.Failed, $"the far end cannot reach {to}: {said}"),
        };
    }

    private FlowException Fault(FlowLayer layer, FlowError error, string message, Exception? inner = null) =>
        new(layer, error, "http: " + message, inner) { Node = node };
}

using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Http;

/// <summary>How an exchange left the client's connection.</summary>
internal enum HttpExchangeEnd
{
    /// <summary>Another request may follow.</summary>
    Open,

    /// <summary>It is to be closed.</summary>
    Close,

    /// <summary>It is to be closed, and the client may still be sending.</summary>
    CloseUnread,

    /// <summary>Nothing of a response came over a connection that had served before: it may be tried anew over another one.</summary>
    Again,
}

/// <summary>
/// One request that is passed on and its response. Both bodies flow at the same time, each as it comes; nothing is kept of them. Source:
/// spec/wire/http.md section 6, RFC 9112.
/// </summary>
internal sealed class HttpExchange(
    HttpClientConnection client,
    HttpRequestHead request,
    HttpDestination destination,
    HttpFraming framing,
    HttpHandlerOptions options,
    EngineServices engine,
    ILogger logger)
{
    private const int MaxInterimAnswers = 32;

    private readonly HttpBodyReader _body = new(client.Reader, framing);
    private readonly string? _upgrade = HttpHops.UpgradeOf(request, framing);
    private Task _upload = Task.CompletedTask;
    private HttpCopyEnd? _uploaded;

    /// <summary>Whether it does no harm when the request reaches the server twice.</summary>
    public bool IsRepeatable => framing.End == HttpBodyEnd.None && _upgrade is null && request.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE";

    /// <summary>Whether the upstream can take the client's next request.</summary>
    public bool KeepsUpstream { get; private set; }

    /// <summary>
    /// Runs it over the client's upstream. Throws <see cref="FlowException"/> when no response came, with nothing but interim answers sent to the client;
    /// <paramref name="served"/>: the upstream has answered a request before.
    /// </summary>
    public async ValueTask<HttpExchangeEnd> RunAsync(HttpUpstream upstream, bool served, CancellationToken stopping)
    {
        using CancellationTokenSource limit = new(Timeout.InfiniteTimeSpan, engine.Time);
        using var awaiting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        using var uploading = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            HttpResponseHead response;
            try
            {
                await upstream.Stream.WriteAsync(
                    HttpHops.Request(request, destination, framing, _upgrade, options.KeepAlive && IsRepeatable), stopping);
                _upload = UploadAsync(upstream, limit, uploading.Token);
                response = await ReadResponseAsync(upstream, awaiting.Token);
            }
            catch (Exception e) when (e is HttpSyntaxException || HttpReader.IsBroken(e) || (e is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                return client.IsGone || _uploaded == HttpCopyEnd.SourceBroken ? HttpExchangeEnd.Close
                    : served && HttpReader.IsBroken(e) && e is not EndOfStreamException ? HttpExchangeEnd.Again
                    : throw Fault(upstream, e);
            }

            HttpLog.Forwarded(logger, client.Inbound.Id, client.Inbound.Client, request.Method, upstream.Target.ToString(), response.Status);
            return response.Status == 101
                ? await SwitchAsync(upstream, response, stopping)
                : await AnswerAsync(upstream, response, stopping);
        }
        finally
        {
            await uploading.CancelAsync();
            await _upload;
        }
    }

    /// <summary>Sends the request's body; never throws. When it is over the server has to answer in time.</summary>
    private async Task UploadAsync(HttpUpstream upstream, CancellationTokenSource limit, CancellationToken cancellationToken)
    {
        if (framing.End == HttpBodyEnd.None)
        {
            _uploaded = HttpCopyEnd.Complete;
        }
        else
        {
            try
            {
                _uploaded = await HttpBodyCopy.RunAsync(
                    _body, upstream.Stream, framing.End == HttpBodyEnd.Chunked, engine.Buffers, client.Inbound.Counters.AddInput, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The response was over before the request was.
                return;
            }
        }

        if (_uploaded is HttpCopyEnd.Malformed or HttpCopyEnd.SourceBroken)
        {
            // The server must not take a part for the whole.
            upstream.Stream.Abort();
            return;
        }

        limit.CancelAfter(options.ResponseTimeout);
        if (_uploaded == HttpCopyEnd.Complete && _upgrade is null)
        {
            client.Watch();
        }
    }

    /// <summary>The final response; interim ones are passed on.</summary>
    private async ValueTask<HttpResponseHead> ReadResponseAsync(HttpUpstream upstream, CancellationToken cancellationToken)
    {
        for (var interim = 0; interim <= MaxInterimAnswers; interim++)
        {
            var head = await upstream.Reader.ReadHeadAsync(cancellationToken);
            if (head.IsEmpty)
            {
                throw new IOException("the connection ended before a response");
            }

            var response = HttpHeadParser.ParseResponse(head.Span);
            if (response.Status >= 200)
            {
                return response;
            }

            if (response.Status == 101)
            {
                return _upgrade is not null && response.Fields.HasToken("Upgrade", _upgrade) ? response : throw new HttpSyntaxException("a change of protocol that was not asked for");
            }

            if (request.Minor > 0)
            {
                await client.SendAsync(HttpHops.Response(response, request.Minor, chunked: false, null), cancellationToken);
            }
        }

        throw new HttpSyntaxException("nothing but interim answers");
    }

    /// <summary>Both speak another protocol from here on.</summary>
    private async ValueTask<HttpExchangeEnd> SwitchAsync(HttpUpstream upstream, HttpResponseHead response, CancellationToken stopping)
    {
        try
        {
            await client.SendAsync(HttpHops.Response(response, request.Minor, chunked: false, null), stopping);
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            return HttpExchangeEnd.Close;
        }

        StreamRelay relay = new(engine);
        await relay.RunAsync(client.Inbound, await client.Reader.DetachAsync(), await upstream.Reader.DetachAsync(), options.IdleTimeout);
        return HttpExchangeEnd.Close;
    }

    private async ValueTask<HttpExchangeEnd> AnswerAsync(HttpUpstream upstream, HttpResponseHead response, CancellationToken stopping)
    {
        HttpFraming answer;
        try
        {
            answer = HttpFraming.OfResponse(response, request.Method);
        }
        catch (HttpSyntaxException e)
        {
            throw Fault(upstream, e);
        }

        var delimited = answer.End is HttpBodyEnd.None or HttpBodyEnd.Length;
        var chunked = !delimited && request.Minor > 0;

        // A client that was told to wait with its body may send it or not after a final answer: nobody could tell what follows.
        var mayWait = request.Fields.HasToken("Expect", "100-continue") && !_body.HasBegun && !_body.IsComplete;
        var stays = request.WantsMore && (delimited || chunked) && !mayWait;
        HttpCopyEnd end;
        try
        {
            await client.SendAsync(
                HttpHops.Response(response, request.Minor, chunked, !stays ? "close" : request.Minor == 0 ? "keep-alive" : null), stopping);
            end = await HttpBodyCopy.RunAsync(
                new HttpBodyReader(upstream.Reader, answer), client.Stream, chunked, engine.Buffers, client.Inbound.Counters.AddOutput, stopping);
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            end = HttpCopyEnd.SinkBroken;
        }

        if (end != HttpCopyEnd.Complete)
        {
            HttpLog.Broken(logger, client.Inbound.Id, client.Inbound.Client, upstream.Target.ToString(), end.ToString());
            if (end != HttpCopyEnd.SinkBroken && !delimited && !chunked)
            {
                // The end of the connection would be taken for the end of the body.
                client.Stream.Abort();
            }

            return HttpExchangeEnd.Close;
        }

        if (_body.IsComplete)
        {
            // All of it is on its way already.
            await _upload;
        }

        KeepsUpstream = options.KeepAlive && response.TakesMore && answer.End != HttpBodyEnd.Close
            && _uploaded == HttpCopyEnd.Complete && upstream.Reader.Buffered == 0;
        return _uploaded != HttpCopyEnd.Complete ? HttpExchangeEnd.CloseUnread : stays ? HttpExchangeEnd.Open : HttpExchangeEnd.Close;
    }

    private FlowException Fault(HttpUpstream upstream, Exception e) => _uploaded == HttpCopyEnd.Malformed
        ? new FlowException(FlowLayer.Handshake, FlowError.Failed, "http: the request's body is malformed", e)
        : e is OperationCanceledException
            ? new FlowException(
                FlowLayer.Connect, FlowError.TimedOut, $"http: {upstream.Target} sent no response within {options.ResponseTimeout.TotalSeconds:0.###} s", e)
            : new FlowException(FlowLayer.Connect, FlowError.Failed, $"http: {upstream.Target} sent no response: {e.Message}", e);
}

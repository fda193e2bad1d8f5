using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Http;

/// <summary>Shows clients without credentials something else than a proxy. Source: spec/wire/http.md section 4.</summary>
internal sealed class HttpDecoyServer(HttpDecoy decoy, ISocketDialer sockets, TimeSpan idleTimeout, EngineServices engine)
{
    private const int Failed = 503;

    /// <summary>Serves the decoy to its end; <paramref name="unread"/>: the client may still be sending. Throws nothing for what peers do.</summary>
    public async ValueTask ServeAsync(HttpClientConnection client, HttpRequestHead request, bool unread, CancellationToken stopping)
    {
        try
        {
            if (decoy.Host is { } host)
            {
                await HandOverAsync(client, request, host, stopping);
                return;
            }

            if (decoy.File is { } path)
            {
                await SendFileAsync(client, path, request.Method == "HEAD", stopping);
                await client.CloseAsync(unread, stopping);
                return;
            }
        }
        catch (Exception e) when (e is FlowException or UnauthorizedAccessException || HttpReader.IsBroken(e))
        {
            // A decoy that cannot be shown is a server that is out of order.
        }

        await client.RefuseAsync(HttpReplies.Decoy(decoy.Status > 0 ? decoy.Status : Failed), unread, stopping);
    }

    private async ValueTask HandOverAsync(HttpClientConnection client, HttpRequestHead request, Target host, CancellationToken stopping)
    {
        await using var server = await sockets.ConnectAsync(host, stopping);
        client.Inbound.Ticket?.Settle();

        // What the client knows of the proxy is not the other server's business.
        var fields = request.Fields.Where(static x => !x.Name.Equals("Proxy-Authorization", StringComparison.OrdinalIgnoreCase));
        await server.WriteAsync(HttpHeadWriter.Request(request.Method, request.Target, fields), stopping);
        StreamRelay relay = new(engine);
        await relay.RunAsync(client.Inbound, await client.Reader.DetachAsync(), server, idleTimeout);
    }

    private async ValueTask SendFileAsync(HttpClientConnection client, string path, bool headOnly, CancellationToken stopping)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        var rest = file.Length;
        await client.SendAsync(HttpReplies.Page(rest), stopping);
        var buffer = engine.Buffers.Rent();
        try
        {
            while (!headOnly && rest > 0 && await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, rest)), stopping) is var count and > 0)
            {
                await client.SendAsync(buffer.AsMemory(0, count), stopping);
                rest -= count;
            }
        }
        finally
        {
            engine.Buffers.Return(buffer);
        }
    }
}

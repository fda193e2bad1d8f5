using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Auto;
using Gost.Engine.Protocols.Http;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Tests.Protocols.Auto;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Heads and bodies of HTTP as either end may get them, and the hello of a TLS client.</summary>
public sealed class HttpHeadFuzz
{
    private static readonly string[] Texts =
    [
        "GET http://user@a.test:81/x?y HTTP/1.1\r\nHost: a.test\r\nGost-Target: AAAAAE1USXg\r\nConnection: Upgrade, x\r\nUpgrade: websocket\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: [::1]:8080\r\nTransfer-Encoding: chunked\r\nProxy-Authorization: Basic dTpw\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "PUT /x HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ];

    [Fact]
    public Task Messages_Mutated_NeverBreakTheReader()
    {
        List<byte[]> seeds = [.. Texts.Select(Encoding.Latin1.GetBytes)];
        foreach (var name in Recording.Names("http-"))
        {
            seeds.Add(Recording.Load(name).FromClient());
            seeds.Add(Recording.Load(name).FromServer());
        }

        return FuzzRun.RunAsync(seeds, RunAsync);
    }

    [Fact]
    public async Task ClientHello_Mutated_NeverBreaksTheReader()
    {
        var hello = await AutoHandlerTests.HelloAsync("server.test");
        await FuzzRun.RunAsync([hello], static input =>
        {
            for (var length = 0; length <= input.Length && !ClientHello.TryRead(input.AsSpan(0, length), out _); length += 64)
            {
                // As it would come in.
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>Takes the bytes for a request with its body, and for a response with its body.</summary>
    internal static async Task RunAsync(byte[] input)
    {
        await ReadAsync(input, static head =>
        {
            var request = HttpHeadParser.ParseRequest(head.Span);
            var destination = HttpDestination.Of(request);
            _ = destination.TargetFor(TargetNetwork.Tcp);
            _ = HttpCredentials.Read(request.Fields.First("Proxy-Authorization"));
            var framing = HttpFraming.OfRequest(request);
            var passedOn = HttpHops.Request(request, destination, framing, HttpHops.UpgradeOf(request, framing), keepAlive: false);

            // What is passed on reads as one request with the same body.
            var again = HttpHeadParser.ParseRequest(passedOn);
            Assert.Equal(framing, HttpFraming.OfRequest(again));
            return framing;
        });
        await ReadAsync(input, static head =>
        {
            var response = HttpHeadParser.ParseResponse(head.Span);
            var framing = HttpFraming.OfResponse(response, "GET");
            _ = HttpHeadParser.ParseResponse(HttpHops.Response(response, 1, framing.End == HttpBodyEnd.Chunked, "close"));
            return framing;
        });
    }

    private static async Task ReadAsync(byte[] input, Func<ReadOnlyMemory<byte>, HttpFraming> take)
    {
        BufferPool buffers = new();
        FedStream stream = new(ends: true, chunks: input.Chunk(input.Length > 64 ? 1000 : 7));
        await using (HttpReader reader = new(stream, buffers))
        {
            try
            {
                while (await reader.ReadHeadAsync(CancellationToken.None) is { IsEmpty: false } head)
                {
                    FedStream sink = new();
                    var framing = take(head);
                    _ = await HttpBodyCopy.RunAsync(
                        new HttpBodyReader(reader, framing), sink, framing.End == HttpBodyEnd.Chunked, buffers, static _ => { }, CancellationToken.None);
                }
            }
            catch (Exception e) when (e is HttpSyntaxException or EndOfStreamException)
            {
                // What a peer that does not speak HTTP is told.
            }
        }

        Assert.Equal(0, buffers.Outstanding);
    }
}

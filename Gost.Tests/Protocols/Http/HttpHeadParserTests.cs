using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Http;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Http;

public sealed class HttpHeadParserTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ParseRequest_Usual_GivesItsParts()
    {
        var head = HttpHeadParser.ParseRequest(Bytes("GET http://a/b?c HTTP/1.0\nHost: a\nX-One:  1 \nx-one: 2, 3\nEmpty:\n\n"));

        Assert.Equal(("GET", "http://a/b?c", 0), (head.Method, head.Target, head.Minor));
        Assert.Equal(["1", "2", "3"], head.Fields.Tokens("X-ONE"));
        Assert.Equal(("a", ""), (head.Fields.First("host"), head.Fields.First("empty")));
        Assert.Null(head.Fields.First("other"));
    }

    [Theory]
    [InlineData("GET  / HTTP/1.1\n\n")]
    [InlineData("GET / HTTP/1.1 \n\n")]
    [InlineData("GET / HTTP/2.0\n\n")]
    [InlineData("GET /\n\n")]
    [InlineData("G@T / HTTP/1.1\n\n")]
    [InlineData("GET /a b HTTP/1.1\n\n")]
    [InlineData("GET /\0 HTTP/1.1\n\n")]
    [InlineData("GET / HTTP/1.1\nHost : a\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n folded\n\n")]
    [InlineData("GET / HTTP/1.1\n: a\n\n")]
    [InlineData("GET / HTTP/1.1\nno colon\n\n")]
    [InlineData("GET / HTTP/1.1\nA: b\rc\n\n")]
    [InlineData("GET / HTTP/1.1\nA: b\0c\n\n")]
    public void ParseRequest_WhatTwoCouldReadDifferently_IsRefused(string text) =>
        Assert.Throws<HttpSyntaxException>(() => HttpHeadParser.ParseRequest(Bytes(text)));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\n\n", 200, "OK")]
    [InlineData("HTTP/1.1 200\n\n", 200, "")]
    [InlineData("HTTP/1.0 404 Not  Found\n\n", 404, "Not  Found")]
    public void ParseResponse_Usual_GivesItsParts(string text, int status, string reason)
    {
        var head = HttpHeadParser.ParseResponse(Bytes(text));
        Assert.Equal((status, reason), (head.Status, head.Reason));
    }

    [Theory]
    [InlineData("HTTP/1.1 20 OK\n\n")]
    [InlineData("HTTP/1.1 2000 OK\n\n")]
    [InlineData("HTTP/1.1  200 OK\n\n")]
    [InlineData("HTTP/1.1 +20 OK\n\n")]
    [InlineData("HTTP/1.1 099 OK\n\n")]
    [InlineData("HTTP/3.1 200 OK\n\n")]
    [InlineData("ICY 200 OK\n\n")]
    public void ParseResponse_Other_IsRefused(string text) => Assert.Throws<HttpSyntaxException>(() => HttpHeadParser.ParseResponse(Bytes(text)));

    [Fact]
    public void ParseRequest_MoreFieldsThanAllowed_IsRefused()
    {
        var fields = string.Concat(Enumerable.Repeat("A: b\n", HttpHeadParser.MaxFields));
        Assert.Equal(HttpHeadParser.MaxFields, HttpHeadParser.ParseRequest(Bytes($"GET / HTTP/1.1\n{fields}\n")).Fields.Count);
        Assert.Throws<HttpSyntaxException>(() => HttpHeadParser.ParseRequest(Bytes($"GET / HTTP/1.1\n{fields}A: b\n\n")));
    }

    [Fact]
    public async Task ReadHead_BytePerByte_TakesNotOneMore()
    {
        BufferPool buffers = new();
        await using (HttpReader reader = new(new FedStream(ends: true, chunks: Bytes("\nGET / HTTP/1.1\nA: b\n\nrest").Chunk(1)), buffers))
        {
            Assert.Equal("GET / HTTP/1.1\nA: b\n\n", Text(await reader.ReadHeadAsync(Token)));
            await using var rest = await reader.DetachAsync();
            Assert.Equal("rest", await new StreamReader(rest).ReadToEndAsync(Token));
        }

        Assert.Equal(0, buffers.Outstanding);
    }

    [Fact]
    public async Task ReadHead_AllAtOnce_GivesTheRestBackAndThenTheStream()
    {
        BufferPool buffers = new();
        await using HttpReader reader = new(new FedStream(ends: true, chunks: [Bytes("HTTP/1.1 200 OK\n\nrest\n\nof it"), Bytes("!")]), buffers);

        Assert.Equal("HTTP/1.1 200 OK\n\n", Text(await reader.ReadHeadAsync(Token)));
        await using var rest = await reader.DetachAsync();
        Assert.Equal("rest\r\n\r\nof it!", await new StreamReader(rest).ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\nA: b\n", true)]
    [InlineData("GET", true)]
    [InlineData("\u0016\u0003\u0001", false)]
    [InlineData("\n\n\nGET / HTTP/1.1\n\n", false)]
    public async Task ReadHead_ThatHasNoEndOrIsNone_IsRefused(string text, bool ended)
    {
        await using HttpReader reader = new(new FedStream(ends: true, chunks: [Bytes(text)]), new BufferPool());
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => reader.ReadHeadAsync(Token).AsTask());
        Assert.IsType(ended ? typeof(EndOfStreamException) : typeof(HttpSyntaxException), fault);
    }

    [Fact]
    public async Task ReadHead_BareLineFeed_IsRefusedAtOnce()
    {
        FedStream stream = new(ends: false, chunks: ["GET / HTTP/1.1\n"u8.ToArray()]);
        await using HttpReader reader = new(stream, new BufferPool());
        await Assert.ThrowsAsync<HttpSyntaxException>(() => reader.ReadHeadAsync(Token).AsTask());
    }

    [Fact]
    public async Task ReadHead_Endless_IsRefusedAtTheLimit()
    {
        BufferPool buffers = new();
        await using (HttpReader reader = new(new FedStream(ends: false, chunks: Enumerable.Repeat(new byte[1024], 65).Select(static x =>
        {
            Array.Fill(x, (byte)'a');
            return x;
        })), buffers))
        {
            await Assert.ThrowsAsync<HttpSyntaxException>(() => reader.ReadHeadAsync(Token).AsTask());
        }

        Assert.Equal(0, buffers.Outstanding);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task Body_InChunks_EndsWithItsLastByteHoweverItComes(int size)
    {
        BufferPool buffers = new();
        FedStream sink = new();
        await using (HttpReader reader = new(new FedStream(ends: true, chunks: Bytes("3;a\nabc\n1\nd\n0\nA: b\n\nnext").Chunk(size)), buffers))
        {
            HttpBodyReader body = new(reader, new HttpFraming(HttpBodyEnd.Chunked));
            Assert.Equal(HttpCopyEnd.Complete, await HttpBodyCopy.RunAsync(body, sink, chunked: false, buffers, static _ => { }, Token));
            await using var rest = await reader.DetachAsync();
            Assert.Equal("next", await new StreamReader(rest).ReadToEndAsync(Token));
        }

        StringBuilder text = new();
        while (sink.Writes.TryRead(out var write))
        {
            text.Append(Encoding.ASCII.GetString(write));
        }

        Assert.Equal("abcd", text.ToString());
        Assert.Equal(0, buffers.Outstanding);
    }

    [Theory]
    [InlineData("Content-Length: 5\n", "Length", 5)]
    [InlineData("Content-Length: 5\nContent-Length: 5\n", "Length", 5)]
    [InlineData("Content-Length: 0\n", "None", 0)]
    [InlineData("Transfer-Encoding: Chunked\n", "Chunked", 0)]
    [InlineData("", "None", 0)]
    public void Framing_OfARequest_IsOne(string fields, string end, long length) =>
        Assert.Equal(new HttpFraming(Enum.Parse<HttpBodyEnd>(end), length), HttpFraming.OfRequest(Request($"POST / HTTP/1.1\n{fields}\n")));

    [Theory]
    [InlineData("Content-Length: 5\nTransfer-Encoding: chunked\n")]
    [InlineData("Content-Length: 5\nContent-Length: 6\n")]
    [InlineData("Content-Length: 5, 5\n")]
    [InlineData("Content-Length: +5\n")]
    [InlineData("Content-Length: 0x5\n")]
    [InlineData("Content-Length: \n")]
    [InlineData("Content-Length: 99999999999999999999\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\n")]
    [InlineData("Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n")]
    [InlineData("Transfer-Encoding: xchunked\n")]
    [InlineData("Transfer-Encoding:\n")]
    public void Framing_ThatTwoCouldReadDifferently_IsRefused(string fields) =>
        Assert.Throws<HttpSyntaxException>(() => HttpFraming.OfRequest(Request($"POST / HTTP/1.1\n{fields}\n")));

    [Theory]
    [InlineData("GET", "HTTP/1.1 200 OK\n\n", "Close")]
    [InlineData("GET", "HTTP/1.1 204 No\nContent-Length: 5\n\n", "None")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "None")]
    [InlineData("GET", "HTTP/1.1 304 Not\nContent-Length: 5\n\n", "None")]
    [InlineData("GET", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 5\n\n", "Chunked")]
    public void Framing_OfAResponse_FollowsStatusAndMethod(string method, string text, string end) =>
        Assert.Equal(Enum.Parse<HttpBodyEnd>(end), HttpFraming.OfResponse(HttpHeadParser.ParseResponse(Bytes(text)), method).End);

    [Theory]
    [InlineData("CONNECT a:443 HTTP/1.1\nHost: b:1\n\n", "a", 443)]
    [InlineData("CONNECT a HTTP/1.1\nHost: a\n\n", "a", 80)]
    [InlineData("CONNECT [::1]:8080 HTTP/1.1\n\n", "::1", 8080)]
    [InlineData("GET http://u:p@a:81/x HTTP/1.1\nHost: b\n\n", "a", 81)]
    [InlineData("GET HTTP://a?x HTTP/1.1\nHost: b\n\n", "a", 80)]
    [InlineData("GET /x HTTP/1.1\nHost: b:82\n\n", "b", 82)]
    [InlineData("GET /x HTTP/1.1\nHost: b\nGost-Target: PGWMNE1USXhNQzR5TGpNNk9EQTVNQQ\n\n", "10.1.2.3", 8090)]
    [InlineData("GET /x HTTP/1.1\nHost: b\nGost-Target: AAAAAE1USXhNQzR5TGpNNk9EQTVNQQ\n\n", "b", 80)]
    public void Destination_OfARequest_IsWhereItGoes(string text, string host, int port)
    {
        var request = Request(text.Replace("PGWMNE1USXhNQzR5TGpNNk9EQTVNQQ", Override("10.1.2.3:8090")));
        Assert.Equal(new Target(TargetNetwork.Tcp, host, port), HttpDestination.Of(request).TargetFor(TargetNetwork.Tcp));
    }

    [Theory]
    [InlineData("CONNECT a:x HTTP/1.1\n\n")]
    [InlineData("CONNECT a:65536 HTTP/1.1\n\n")]
    [InlineData("CONNECT [::1 HTTP/1.1\n\n")]
    [InlineData("CONNECT a/b HTTP/1.1\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: \n\n")]
    [InlineData("GET / HTTP/1.1\nHost: a b\n\n")]
    public void Destination_ThatIsNone_IsNoTarget(string text) => Assert.Null(HttpDestination.Of(Request(text)).TargetFor(TargetNetwork.Tcp));

    [Theory]
    [InlineData("fe80::1%2", "[fe80::1]:1")]
    [InlineData("bücher.example", "xn--bcher-kva.example:1")]
    [InlineData("a", "a:1")]
    public void Authority_OfATarget_IsWrittenAsGostDoes(string host, string text) =>
        Assert.Equal(text, HttpAuthority.Write(new Target(TargetNetwork.Tcp, host, 1)));

    [Theory]
    [InlineData("a HTTP/1.1\r\nX: y")]
    [InlineData("a b")]
    [InlineData("a/b")]
    public void Authority_ThatWouldBreakTheRequest_IsRefused(string host) =>
        Assert.Throws<FlowException>(() => HttpAuthority.Write(new Target(TargetNetwork.Tcp, host, 1)));

    private static string Override(string host)
    {
        var name = Encoding.ASCII.GetBytes(host);
        var checksum = Gost.Engine.Routing.Selectors.Crc32.Compute(name);
        byte[] text = [(byte)(checksum >> 24), (byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum, .. Encoding.ASCII.GetBytes(Url(name))];
        return Url(text);

        static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private static HttpRequestHead Request(string text) => HttpHeadParser.ParseRequest(Bytes(text));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal));

    private static string Text(ReadOnlyMemory<byte> head) => Encoding.Latin1.GetString(head.Span).Replace("\r\n", "\n", StringComparison.Ordinal);
}

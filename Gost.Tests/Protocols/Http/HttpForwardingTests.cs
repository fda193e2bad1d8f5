using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Http;

/// <summary>Requests that the proxy passes on, byte by byte at both ends.</summary>
[BothLanes]
public sealed class HttpForwardingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_Absolute_IsPassedOnInOriginFormWithoutWhatIsForTheProxy()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nContent-Length: 2\nKeep-Alive: 5\nX-Back: 1\nConnection: X-Hop\nX-Hop: 1\n\nok");
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"));
        using var client = await engine.SendAsync(
            $"GET http://{origin.Address}/a?b HTTP/1.1\nHost: other\nProxy-Authorization: Basic dTpw\nProxy-Connection: keep-alive\n"
            + "Connection: X-Mine\nX-Mine: 1\nTE: trailers\nX-GOST-Target: x\nAccept: */*\nX-Other: ü\n\n");

        await ProxyEngine.ExpectAsync(client, "HTTP/1.1 200 OK\nX-Back: 1\nContent-Length: 2\n\nok");
        Assert.Equal($"GET /a?b HTTP/1.1\nHost: {origin.Address}\nAccept: */*\nX-Other: ü\nConnection: close\n\n", await origin.NextAsync());
    }

    [Fact]
    public async Task Request_OriginForm_GoesToItsHost()
    {
        await using Origin origin = new("HTTP/1.1 204 No Content\n\n");
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"DELETE /x HTTP/1.1\nHost: {origin.Address}\nConnection: close\n\n");

        Assert.Equal("HTTP/1.1 204 No Content\nConnection: close\n\n", await ProxyEngine.ReadAsync(client, int.MaxValue));
        Assert.Equal($"DELETE /x HTTP/1.1\nHost: {origin.Address}\nConnection: close\n\n", await origin.NextAsync());
    }

    [Fact]
    public async Task Requests_OnOneConnection_AreServedInTurnAndEachAuthenticated()
    {
        await using Origin first = new("HTTP/1.1 200 OK\nContent-Length: 1\n\n1");
        await using Origin second = new("HTTP/1.1 200 OK\n\n22");
        await using var engine = await ProxyEngine.StartAsync(auth: ("u", "p"));
        const string Auth = "Proxy-Authorization: Basic dTpw";
        using var client = await engine.SendAsync($"GET http://{first.Address}/ HTTP/1.1\n{Auth}\n\nGET http://{second.Address}/ HTTP/1.1\n{Auth}\n\n");

        // A body whose end is the server's is sent in chunks, so that the connection lives on.
        const string Both = "HTTP/1.1 200 OK\nContent-Length: 1\n\n1HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\n22\n0\n\n";
        await ProxyEngine.ExpectAsync(client, Both);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET http://{first.Address}/ HTTP/1.1\r\n\r\n"), Token);
        Assert.StartsWith("HTTP/1.1 407 ", await ProxyEngine.ReadAsync(client, int.MaxValue), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_InChunks_IsPassedOnInChunksBothWays()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3;ext=1\nabc\n2\nde\n0\nTrailer: x\n\n", requestEnd: "0\n\n");
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"POST http://{origin.Address}/ HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nhello\n");
        await client.SendAsync("A;x\r\n0123456789\r\n0\r\n\r\n"u8.ToArray(), Token);

        await ProxyEngine.ExpectAsync(client, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n");
        Assert.Equal(
            $"POST / HTTP/1.1\nHost: {origin.Address}\nTransfer-Encoding: chunked\nConnection: close\n\n5\nhello\na\n0123456789\n0\n\n",
            await origin.NextAsync());
    }

    [Fact]
    public async Task Tunnel_AskedForBehindARequest_IsOpenedWhenThatIsAnswered()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nContent-Length: 1\n\n1");
        await using var target = TcpTarget.Echo();
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"GET http://{origin.Address}/ HTTP/1.1\n\nCONNECT {target.Address} HTTP/1.1\n\nearly");

        await ProxyEngine.ExpectAsync(
            client, "HTTP/1.1 200 OK\nContent-Length: 1\n\n1HTTP/1.1 200 Connection established\nProxy-Agent: gost/3.0\n\nearly");
        await client.SendAsync("late"u8.ToArray(), Token);
        await ProxyEngine.ExpectAsync(client, "late");
    }

    [Fact]
    public async Task Client_OfVersion10_GetsNoChunksAndTheEndOfTheConnection()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n");
        await using var engine = await ProxyEngine.StartAsync();

        Assert.Equal("HTTP/1.0 200 OK\nConnection: close\n\nabc", await engine.AskAsync($"GET http://{origin.Address}/ HTTP/1.0\n\n"));
    }

    [Fact]
    public async Task Client_OfVersion10ThatWantsMore_IsKept()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nContent-Length: 1\n\n1");
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"GET http://{origin.Address}/ HTTP/1.0\nConnection: keep-alive\n\n");

        const string Answer = "HTTP/1.0 200 OK\nContent-Length: 1\nConnection: keep-alive\n\n1";
        await ProxyEngine.ExpectAsync(client, Answer);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET http://{origin.Address}/ HTTP/1.0\r\n\r\n"), Token);
        Assert.Equal("HTTP/1.0 200 OK\nContent-Length: 1\nConnection: close\n\n1", await ProxyEngine.ReadAsync(client, int.MaxValue));
    }

    [Fact]
    public async Task Head_Answer_HasALengthAndNoBody()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nContent-Length: 10\n\n");
        await using var engine = await ProxyEngine.StartAsync();

        Assert.Equal(
            "HTTP/1.1 200 OK\nContent-Length: 10\nConnection: close\n\n",
            await engine.AskAsync($"HEAD http://{origin.Address}/ HTTP/1.1\nConnection: close\n\n"));
    }

    [Fact]
    public async Task Expectation_IsAnsweredByTheServer()
    {
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            Assert.Contains("Expect: 100-continue", await ReadHeadAsync(socket, ct), StringComparison.Ordinal);
            await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), ct);
            var body = await LoopbackClient.ReceiveTextAsync(socket, 4, ct);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{body}"), ct);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[1], ct);
        });
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"PUT http://{origin.Address}/ HTTP/1.1\nContent-Length: 4\nExpect: 100-continue\n\n");

        await ProxyEngine.ExpectAsync(client, "HTTP/1.1 100 Continue\n\n");
        await client.SendAsync("body"u8.ToArray(), Token);
        await ProxyEngine.ExpectAsync(client, "HTTP/1.1 200 OK\nContent-Length: 4\n\nbody");
    }

    [Fact]
    public async Task Expectation_RefusedByTheServer_ClosesTheConnection()
    {
        await using Origin origin = new("HTTP/1.1 417 No\nContent-Length: 0\n\n");
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"PUT http://{origin.Address}/ HTTP/1.1\nContent-Length: 4\nExpect: 100-continue\n\n");

        Assert.Equal("HTTP/1.1 417 No\nContent-Length: 0\nConnection: close\n\n", await ProxyEngine.ReadAsync(client, int.MaxValue));
    }

    [Fact]
    public async Task Upgrade_TakenByTheServer_BecomesATunnel()
    {
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            var head = await ReadHeadAsync(socket, ct);
            Assert.Contains("Connection: Upgrade\r\nUpgrade: websocket", head, StringComparison.Ordinal);
            await socket.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\r\nfirst"u8.ToArray(), ct);
            await socket.SendAsync(Encoding.ASCII.GetBytes(await LoopbackClient.ReceiveTextAsync(socket, int.MaxValue / 4096, ct)), ct);
            socket.Shutdown(SocketShutdown.Send);
        });
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"GET http://{origin.Address}/ HTTP/1.1\nConnection: Upgrade, X\nUpgrade: websocket\n\nearly");
        await client.SendAsync(" late"u8.ToArray(), Token);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: WebSocket\n\nfirstearly late", await ProxyEngine.ReadAsync(client, int.MaxValue));
    }

    [Fact]
    public async Task Bodies_OfMegabytes_FlowBothWaysAtOnce()
    {
        const int Length = 4 << 20;
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            await ReadHeadAsync(socket, ct);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Length}\r\n\r\n"), ct);
            var buffer = new byte[64 * 1024];
            for (var rest = Length; rest > 0;)
            {
                var count = await socket.ReceiveAsync(buffer, ct);
                await socket.SendAsync(buffer.AsMemory(0, count), ct);
                rest -= count;
            }

            await socket.ReceiveAsync(buffer, ct);
        });
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"POST http://{origin.Address}/ HTTP/1.1\nContent-Length: {Length}\nConnection: close\n\n");
        var sending = RandomBytes.SendAsync(async x => await client.SendAsync(x, Token), Length, seed: 3);
        await ProxyEngine.ExpectAsync(client, $"HTTP/1.1 200 OK\nContent-Length: {Length}\nConnection: close\n\n");
        var (length, hash) = await RandomBytes.ReceiveAsync(x => client.ReceiveAsync(x, Token));

        Assert.Equal((Length, await sending), (length, hash));
    }

    [Fact]
    public async Task Client_HalfClosesBehindItsRequest_GetsTheAnswer()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
        await using var engine = await ProxyEngine.StartAsync();
        using var client = await engine.SendAsync($"GET http://{origin.Address}/ HTTP/1.1\n\n");
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", await ProxyEngine.ReadAsync(client, int.MaxValue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ThatBreaksOffWhileItWaits_EndsTheRequest(bool hasSentAnother)
    {
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            await ReadHeadAsync(socket, ct);
            asked.SetResult();
            try
            {
                Assert.Equal(0, await socket.ReceiveAsync(new byte[1], ct));
            }
            catch (SocketException)
            {
                // Reset: gone as well.
            }

            left.SetResult();
        });
        await using var engine = await ProxyEngine.StartAsync();
        var request = $"GET http://{origin.Address}/ HTTP/1.1\n\n";
        using (var client = await engine.SendAsync(hasSentAnother ? request + request : request))
        {
            await asked.Task.WaitAsync(Token);
            client.LingerState = new LingerOption(true, 0);
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Theory]
    [InlineData("garbage\n\n")]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\nUpgrade: x\n\n")]
    public async Task Server_ThatAnswersNoHttp_Is503(string answer)
    {
        await using Origin origin = new(answer);
        await using var engine = await ProxyEngine.StartAsync();

        Assert.Equal(
            "HTTP/1.1 503 Service Unavailable\nConnection: close\nProxy-Agent: gost/3.0\n\n", await engine.AskAsync($"GET http://{origin.Address}/ HTTP/1.1\n\n"));
        await engine.AssertErrorAsync("proxy", FlowLayer.Connect, "sent no response");
    }

    [Fact]
    public async Task Server_ThatNeverAnswers_Is503AfterTheReadTimeout()
    {
        await using TcpTarget origin = new(async (socket, ct) => await LoopbackClient.ReceiveTextAsync(socket, 100_000, ct));
        await using var engine = await ProxyEngine.StartAsync(metadata: ("readTimeout", "200ms"));

        Assert.StartsWith("HTTP/1.1 503 ", await engine.AskAsync($"POST http://{origin.Address}/ HTTP/1.1\nContent-Length: 1\n\nx"), StringComparison.Ordinal);
        await engine.AssertErrorAsync("proxy", FlowLayer.Connect, "within 0.2 s");
    }

    [Fact]
    public async Task Server_ThatIsTheProxyItself_IsRefused()
    {
        await using var engine = await ProxyEngine.StartAsync();

        Assert.StartsWith("HTTP/1.1 503 ", await engine.AskAsync($"GET / HTTP/1.1\nHost: 127.0.0.1:{engine.Port}\n\n"), StringComparison.Ordinal);
        await engine.AssertErrorAsync("proxy", FlowLayer.Connect, "in circles");
    }

    [Fact]
    public async Task Answer_CutByTheServer_IsNotTakenForWhole()
    {
        await using Origin origin = new("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nabc");
        await using var engine = await ProxyEngine.StartAsync();

        var answer = await engine.AskAsync($"GET http://{origin.Address}/ HTTP/1.1\n\n");
        Assert.StartsWith("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\n0\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_ThatIsMalformed_Is400AndNotTakenForWhole()
    {
        TaskCompletionSource<string> received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            var text = await ReadHeadAsync(socket, ct);
            try
            {
                received.SetResult(text + await LoopbackClient.ReceiveTextAsync(socket, 100_000, ct));
            }
            catch (SocketException)
            {
                received.SetResult(text);
            }
        });
        await using var engine = await ProxyEngine.StartAsync();

        Assert.StartsWith(
            "HTTP/1.1 400 ", await engine.AskAsync($"POST http://{origin.Address}/ HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nhello\nzz\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("0\r\n\r\n", await received.Task.WaitAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepAlive_ServerConnection_ServesTheNextRequestAndIsReplacedWhenItEnded()
    {
        await using TcpTarget origin = new(async (socket, ct) =>
        {
            for (var i = 0; i < 2; i++)
            {
                var head = await ReadHeadAsync(socket, ct);
                Assert.DoesNotContain("Connection: close", head, StringComparison.Ordinal);
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"u8.ToArray(), ct);
            }

            // Ends the connection although it promised to take more.
            socket.Shutdown(SocketShutdown.Both);
        });
        await using var engine = await ProxyEngine.StartAsync(metadata: ("keepalive", true));
        using var client = await LiveEngine.ConnectAsync(engine.Port);
        for (var i = 0; i < 4; i++)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"GET http://{origin.Address}/ HTTP/1.1\r\n\r\n"), Token);
            await ProxyEngine.ExpectAsync(client, "HTTP/1.1 200 OK\nContent-Length: 1\n\n1");
        }

        Assert.Equal(2, origin.Accepted);
    }

    private static async Task<string> ReadHeadAsync(Socket socket, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        var buffer = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, cancellationToken) > 0)
        {
            text.Append((char)buffer[0]);
        }

        return text.ToString();
    }

    /// <summary>A server that answers each connection's request with one text, <c>\n</c> for CRLF, and ends it; shows the requests.</summary>
    private sealed class Origin : IAsyncDisposable
    {
        private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();
        private readonly TcpTarget _target;

        public Origin(string answer, string requestEnd = "") => _target = new TcpTarget(async (socket, ct) =>
        {
            var text = await ReadHeadAsync(socket, ct);
            while (requestEnd.Length > 0 && !text.EndsWith(requestEnd.Replace("\n", "\r\n"), StringComparison.Ordinal))
            {
                text += await LoopbackClient.ReceiveTextAsync(socket, 1, ct);
            }

            _requests.Writer.TryWrite(text.Replace("\r\n", "\n"));
            await socket.SendAsync(Encoding.Latin1.GetBytes(answer.Replace("\n", "\r\n")), ct);
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(new byte[1024], ct) > 0)
            {
                // Until the proxy ends it.
            }
        });

        public string Address => _target.Address;

        public async Task<string> NextAsync() => await _requests.Reader.ReadAsync(Token);

        public ValueTask DisposeAsync() => _target.DisposeAsync();
    }
}

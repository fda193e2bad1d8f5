using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Gost.Tests.Testing;

namespace Gost.Tests.EndToEnd.Soak;

/// <summary>The services that a program has under load, what they forward to, and the changes of them. Owns the far ends.</summary>
internal sealed class SoakServices : IAsyncDisposable
{
    private readonly GostProcess _gost;
    private readonly TcpTarget _a = TcpTarget.Echo("a");
    private readonly TcpTarget _b = TcpTarget.Echo("b");
    private readonly TcpTarget _late = new(AnswerAtTheEndAsync);
    private readonly TcpTarget _reset = new(ResetAsync);
    private readonly UdpTarget _datagrams = new("u");
    private readonly ClosedPort _closed = new();
    private readonly int _ports = Ports.Free(6);

    public SoakServices(GostProcess gost) => _gost = gost;

    /// <summary>To an echo that first says which of two it is; changes move it from one to the other.</summary>
    public int Echo => _ports;

    /// <summary>To a target that answers when the client has ended, with four times what it got.</summary>
    public int Late => _ports + 1;

    /// <summary>To a target that resets the connection after the first bytes.</summary>
    public int Reset => _ports + 2;

    /// <summary>To a port that nothing listens at.</summary>
    public int Refused => _ports + 3;

    /// <summary>A UDP echo, with sessions that end a second after their last datagram.</summary>
    public int Datagrams => _ports + 4;

    private int Extra => _ports + 5;

    /// <summary>Posts all of them.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await SendAsync(HttpMethod.Post, "", Stream("echo", Echo, _a.Address), cancellationToken);
        await SendAsync(HttpMethod.Post, "", Stream("late", Late, _late.Address), cancellationToken);
        await SendAsync(HttpMethod.Post, "", Stream("reset", Reset, _reset.Address), cancellationToken);
        await SendAsync(HttpMethod.Post, "", Stream("refused", Refused, $"127.0.0.1:{_closed.Port}"), cancellationToken);
        await SendAsync(HttpMethod.Post, "", Udp(4096), cancellationToken);
    }

    /// <summary>The <paramref name="number"/>th change; what it promises is looked at. Throws when that does not hold.</summary>
    public async Task ChangeAsync(int number, CancellationToken cancellationToken)
    {
        switch (number % 4)
        {
            case 0:
                // New connections go to the new target at once; those that are open are not touched.
                var (target, name) = number % 8 == 0 ? (_b, "b") : (_a, "a");
                await SendAsync(HttpMethod.Put, "/echo", Stream("echo", Echo, target.Address), cancellationToken);
                var told = await LoopbackClient.GreetingAsync(Echo, cancellationToken);
                Require(told == name, $"after the change of the target the connection was served by '{told}', not '{name}'");
                break;
            case 1:
                await SendAsync(HttpMethod.Put, "/udp", Udp(4096 + (number % 8 * 512)), cancellationToken);
                break;
            case 2:
                await SendAsync(HttpMethod.Post, "", Stream("extra", Extra, _a.Address), cancellationToken);
                using (var open = await LoopbackClient.ConnectAsync(Extra, cancellationToken))
                {
                    Require(await LoopbackClient.ReceiveTextAsync(open, 1, cancellationToken) == "a", "the new service does not serve");
                    await SendAsync(HttpMethod.Delete, "/extra?drain=0s", null, cancellationToken);
                    Require(await SoakTraffic.EndsAsync(open, cancellationToken), "bytes came after the end");
                }

                break;
            default:
                foreach (var path in (string[])["/config/services", "/config/services/echo/connections", "/config?format=yaml"])
                {
                    using var answer = await _gost.Api.GetAsync(path, cancellationToken);
                    Require(answer.IsSuccessStatusCode, $"GET {path} was answered with {(int)answer.StatusCode}");
                }

                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _late.DisposeAsync();
        await _reset.DisposeAsync();
        await _datagrams.DisposeAsync();
        _closed.Dispose();
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static async Task AnswerAtTheEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        using MemoryStream all = new();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        for (var i = 0; i < 4; i++)
        {
            await SoakTraffic.SendAllAsync(socket, all.GetBuffer().AsMemory(0, (int)all.Length), cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task ResetAsync(Socket socket, CancellationToken cancellationToken)
    {
        await socket.ReceiveAsync(new byte[1], cancellationToken);
        socket.LingerState = new LingerOption(true, 0);
    }

    private static object Stream(string name, int port, string target) => Service(name, port, target, "tcp", new { });

    private object Udp(int readBufferSize) => Service("udp", Datagrams, _datagrams.Address, "udp", new { keepalive = true, ttl = "1s", readBufferSize });

    private static object Service(string name, int port, string target, string type, object metadata) => new
    {
        name,
        addr = $":{port}",
        handler = new { type },
        listener = new { type, metadata },
        forwarder = new { nodes = new[] { new { name = "target-0", addr = target } } },
    };

    private async Task SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, "/config/services" + path);
        request.Content = body is null ? null : JsonContent.Create(body, options: JsonSerializerOptions.Web);
        using var answer = await _gost.Api.SendAsync(request, cancellationToken);
        Require(answer.StatusCode == HttpStatusCode.OK, $"{method} {path} was answered with {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }
}

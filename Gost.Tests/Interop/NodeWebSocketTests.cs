using System.Net.Sockets;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>The WebSocket of node's package <c>ws</c> as client of our listener and as server for our dialer.</summary>
[BothLanes]
public sealed class NodeWebSocketTests
{
    // Where npm keeps global packages beside node, and where Debian's npm does.
    private const string Load =
        """
        const path = require('path');
        const { createRequire } = require('module');
        const roots = [path.join(path.dirname(process.execPath), '../lib/node_modules/'), '/usr/local/lib/node_modules/'];
        const root = roots.find(x => require('fs').existsSync(x + 'ws'));
        if (!root) process.exit(3);
        const ws = createRequire(root)('ws');
        """;

    private const string Client = Load +
        """

        let answer = '';
        const client = new ws.WebSocket(process.argv[1]);
        client.on('open', () => {
            client.send('text ');
            client.send('frag', { fin: false });
            client.send('ments ', { fin: true });
            client.send(Buffer.alloc(200000, 120));
            client.ping('p');
        });
        client.on('pong', data => { answer += 'pong ' + data + ' '; client.close(1000); });
        client.on('message', data => answer += data);
        client.on('error', e => console.log(e.message));
        client.on('close', code => console.log(answer + ' ' + code));
        """;

    private const string Server = Load +
        """

        const server = new ws.WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[1]), path: '/ws' });
        server.on('connection', peer => {
            peer.on('message', (data, isBinary) => {
                if (String(data) === 'leave') { peer.send('bye'); peer.close(); }
                else peer.send(data, { binary: isBinary });
            });
            peer.on('close', code => console.log('closed ' + code));
        });
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_ThatCloses_GetsTheWholeAnswerAndAClose()
    {
        var node = await RequireAsync();
        await using TcpTarget target = new(async (socket, ct) =>
        {
            await using NetworkStream stream = new(socket);
            using MemoryStream all = new();
            await stream.CopyToAsync(all, ct);
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"got {all.Length}"), ct);
        });
        await using var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(LiveEngine.Service("far", "127.0.0.1:0", target.Address) with
        {
            Handler = new HandlerConfig { Type = "forward" },
            Listener = new ListenerConfig { Type = "ws" },
        });

        var result = await ProgramOutput.RunAsync(node, ["-e", Client, $"ws://127.0.0.1:{engine.Port("far")}/ws"], Token);

        Assert.Equal(("", "pong p got 200015 1000"), (result.Error, result.Output.Trim()));
    }

    [Fact]
    public async Task Server_BehindOurDialer_EchoesAndEndsInEachWay()
    {
        var node = await RequireAsync();
        var port = Ports.Free();
        await using var server = await ForeignProcess.StartAsync(node, port, Token, "-e", Server, $"{port}");
        await using var engine = await LiveEngine.StartAsync();
        NodeConfig hop = new()
        {
            Name = "n",
            Addr = $"127.0.0.1:{port}",
            Connector = new ConnectorConfig { Type = "forward" },
            Dialer = new DialerConfig { Type = "ws" },
        };
        await engine.ApplyAsync(new CreateObject(
            ConfigKind.Chains, new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h", Nodes = [hop] }] }));
        await engine.CreateAsync(LiveEngine.Service("near", "127.0.0.1:0", "127.0.0.1:9") with { Handler = new HandlerConfig { Type = "tcp", Chain = "c" } });

        using var leaving = await LiveEngine.ConnectAsync(engine.Port("near"));
        await leaving.SendAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello", await LoopbackClient.ReceiveTextAsync(leaving, 5, Token));
        leaving.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await LoopbackClient.ReceiveTextAsync(leaving, 1, Token));

        using var left = await LiveEngine.ConnectAsync(engine.Port("near"));
        await left.SendAsync("leave"u8.ToArray(), Token);
        Assert.Equal("bye", await LoopbackClient.ReceiveTextAsync(left, 4, Token));
        left.Shutdown(SocketShutdown.Send);
        await Eventually.TrueAsync(
            "the server has seen both ends",
            TimeSpan.FromSeconds(20),
            () => server.Log.Contains("closed 1006", StringComparison.Ordinal) && server.Log.Contains("closed 1000", StringComparison.Ordinal),
            Token);
    }

    private static async Task<string> RequireAsync()
    {
        var node = Programs.Require("node");
        var loaded = await ProgramOutput.RunAsync(node, ["-e", Load], Token);
        Assert.SkipUnless(loaded.ExitCode == 0, "node's package ws is not installed");
        return node;
    }
}

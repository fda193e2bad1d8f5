using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Relay;
using Gost.Tests.Protocols.Udp;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Relay;

/// <summary>Every recorded relay exchange, decoded as the far end and reproduced as the client. The ones over kcp, h2c, obfs and pht belong to their transports.</summary>
[BothLanes]
public sealed class RelayRecordingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> All =>
        [.. Recording.Names("relay-").Where(static x => !x.Contains("kcp") && !x.Contains("h2c") && !x.Contains("obfs") && !x.Contains("pht"))];

    public static TheoryData<string> Streams =>
    [
        "relay-connect", "relay-connect-auth", "relay-connect-domain", "relay-forward", "relay-ws", "relay-mws", "relay-mtcp", "relay-mtcp-many",
    ];

    public static TheoryData<string> Binds => ["relay-bind-tcp", "relay-bind-tcp-many", "relay-mws-bind-tcp", "relay-bind-udp"];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Request_Recorded_IsDecodedAndReproduced(string name)
    {
        var recording = Recording.Load(name);
        var streams = RecordedRelay.Read(recording);

        Assert.NotEmpty(streams);
        foreach (var stream in streams)
        {
            var (code, features, payload) = await stream.DecodeRequestAsync();

            Assert.Equal(stream.FromClient, RecordedRelay.Reproduce(code, features).Concat(payload));
            Assert.Equal(name.Contains("udp") ? RelayNetwork.Udp : RelayNetwork.Tcp, features.Network);
            Assert.Equal(ExpectedPort(recording), features.Address!.Port); // reproduced above
            Assert.Equal(name.Contains("domain") ? "localhost" : name.Contains("forward") ? "" : "127.0.0.1", features.Address.Host);
            Assert.Equal(name.Contains("auth") ? "u" : "", features.Username);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Connect_AsTheClient_SendsTheSameBytesAndUnderstandsTheAnswer(string name)
    {
        await using EngineParts parts = new();
        foreach (var stream in RecordedRelay.Read(Recording.Load(name)))
        {
            var (_, features, payload) = await stream.DecodeRequestAsync();
            FedStream via = new(ends: true, chunks: [stream.FromServer]);
            await using var connected = await Connector(parts, features).ConnectAsync(via, features.Address!, Token);

            await connected.WriteAsync(payload.AsMemory(0, 5), Token);
            await connected.WriteAsync(payload.AsMemory(5), Token);

            Assert.Equal(stream.FromClient[..^(payload.Length - 5)], await via.Writes.ReadAsync(Token));
            Assert.Equal(payload[5..], await via.Writes.ReadAsync(Token));
            Assert.Equal(payload, await ReadAllAsync(connected));
        }
    }

    [Theory]
    [InlineData("relay-connect-badauth", FlowLayer.Authentication)]
    [InlineData("relay-connect-refused", FlowLayer.Connect)]
    public async Task Connect_Refused_FailsAtTheFirstRead(string name, FlowLayer layer)
    {
        await using EngineParts parts = new();
        var stream = RecordedRelay.Read(Recording.Load(name))[0];
        var (_, features, payload) = await stream.DecodeRequestAsync();
        FedStream via = new(ends: true, chunks: [stream.FromServer]);
        await using var connected = await Connector(parts, features).ConnectAsync(via, features.Address!, Token);

        await connected.WriteAsync(payload.AsMemory(0, 5), Token);
        var refusal = await Assert.ThrowsAsync<FlowException>(() => connected.ReadAsync(new byte[1], Token).AsTask());

        Assert.Equal(stream.FromClient[..^(payload.Length - 5)], await via.Writes.ReadAsync(Token));
        Assert.Equal((layer, "n"), (refusal.Layer, refusal.Node));
    }

    [Fact]
    public async Task Confirm_BeforeAnythingIsSent_AsksAndTakesTheAnswer()
    {
        await using EngineParts parts = new();
        var stream = RecordedRelay.Read(Recording.Load("relay-connect-badauth"))[0];
        var (code, features, _) = await stream.DecodeRequestAsync();
        FedStream refused = new(ends: true, chunks: [stream.FromServer]);
        FedStream accepted = new();
        accepted.Feed("01000000" + "6f6b");

        var refusal = await Assert.ThrowsAsync<FlowException>(() => ConfirmAsync(refused));
        await using var confirmed = await ConfirmAsync(accepted);

        Assert.Equal(FlowLayer.Authentication, refusal.Layer);
        Assert.True(refused.IsDisposed);
        Assert.Equal(RecordedRelay.Reproduce(code, features), await accepted.Writes.ReadAsync(Token));
        Assert.Equal(2, await confirmed.ReadAsync(new byte[100], Token));

        async Task<DuplexStream> ConfirmAsync(FedStream via)
        {
            var connected = await Connector(parts, features).ConnectAsync(via, features.Address!, Token);
            await ((ILateAnswer)connected).ConfirmAsync(Token);
            return connected;
        }
    }

    [Fact]
    public async Task Connect_NoDelay_SendsTheRequestAloneAtOnce()
    {
        await using EngineParts parts = new();
        var stream = RecordedRelay.Read(Recording.Load("relay-connect-nodelay"))[0];
        var (_, features, _) = await stream.DecodeRequestAsync();
        FedStream via = new();

        await using var connected = await Connector(parts, features, ("nodelay", true)).ConnectAsync(via, features.Address!, Token);

        Assert.Equal(stream.FromClient, await via.Writes.ReadAsync(Token));
    }

    [Theory]
    [InlineData("relay-udp")]
    [InlineData("relay-udp-auth")]
    public async Task Associate_AsTheClient_SendsTheSameBytesAndUnderstandsTheAnswer(string name)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);
        var stream = RecordedRelay.Read(recording)[0];
        var (_, features, _) = await stream.DecodeRequestAsync();
        FedStream via = new(ends: true, chunks: [stream.FromServer]);
        await using var channel = await Connector(parts, features).AssociateAsync(via, features.Address!, Token);
        List<byte> sent = [];

        foreach (var payload in recording.Payloads)
        {
            await channel.SendAsync(payload, null, Token);
            sent.AddRange(await via.Writes.ReadAsync(Token));
            var buffer = new byte[100];
            var answer = await channel.ReceiveAsync(buffer, Token);
            Assert.Equal(payload, buffer[..(answer?.Length ?? 0)]);
        }

        Assert.Equal(stream.FromClient, sent);
        Assert.Null(await channel.ReceiveAsync(new byte[1], Token));
    }

    [Theory]
    [MemberData(nameof(Binds))]
    public async Task Bind_AsTheClient_SendsTheSameRequestAndKnowsWhereTheFarEndListens(string name)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);
        var stream = RecordedRelay.Read(recording)[0];
        var (code, features, _) = await stream.DecodeRequestAsync();
        FedStream via = new();
        via.Feed(stream.FromServer[..14]);

        await using var listener = await Connector(parts, features).BindAsync(via, new BindRequest(features.Address!.Network, features.Address), Token);

        Assert.Equal(RecordedRelay.Reproduce(code, features), await via.Writes.ReadAsync(Token));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, recording.ForwardPort), listener.LocalEndPoint);
    }

    [Fact]
    public async Task Bind_DisabledAtTheFarEnd_SaysHowToAllowIt()
    {
        await using EngineParts parts = new();
        foreach (var stream in RecordedRelay.Read(Recording.Load("relay-bind-refused")))
        {
            var (_, features, _) = await stream.DecodeRequestAsync();
            FedStream via = new(ends: true, chunks: [stream.FromServer]);

            var refusal = await Assert.ThrowsAsync<FlowException>(() => Connector(parts, features)
                .BindAsync(via, new BindRequest(TargetNetwork.Tcp, features.Address!), Token).AsTask());

            Assert.Equal((FlowLayer.Bind, FlowError.Unsupported), (refusal.Layer, refusal.Error));
            Assert.Contains("BIND is disabled at the far end: add bind=true", refusal.Message, StringComparison.Ordinal);
            Assert.True(via.IsDisposed);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Connect_AsTheFarEnd_AnswersWithTheSameBytes(string name)
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        foreach (var stream in RecordedRelay.Read(Recording.Load(name)))
        {
            var (code, features, payload) = await stream.DecodeRequestAsync();
            await using var service = await StartAsync(parts, target.Port, features, name == "relay-forward" ? target.Address : null);

            Assert.Equal(
                stream.FromServer,
                await ExchangeAsync(service, [.. RecordedRelay.Reproduce(code, features, target.Port), .. payload], stream.FromServer.Length));
        }
    }

    [Theory]
    [InlineData("relay-udp")]
    [InlineData("relay-udp-auth")]
    public async Task Associate_AsTheFarEnd_AnswersWithTheSameBytes(string name)
    {
        await using EngineParts parts = new();
        await using EchoTarget target = new();
        var stream = RecordedRelay.Read(Recording.Load(name))[0];
        var (code, features, payload) = await stream.DecodeRequestAsync();
        await using var service = await StartAsync(parts, 0, features);

        var received = await ExchangeAsync(
            service, [.. RecordedRelay.Reproduce(code, features, target.EndPoint.Port), .. payload], stream.FromServer.Length);

        Assert.Equal(stream.FromServer, received);
    }

    [Theory]
    [InlineData("relay-connect-badauth", FlowLayer.Authentication)]
    [InlineData("relay-connect-refused", FlowLayer.Dial)]
    [InlineData("relay-bind-refused", FlowLayer.Bind)]
    public async Task Refusal_AsTheFarEnd_IsTheSameAndReachesAClientThatHasSentMore(string name, FlowLayer layer)
    {
        await using EngineParts parts = new();
        using ClosedPort closed = new();
        var stream = RecordedRelay.Read(Recording.Load(name))[0];
        var (code, features, payload) = await stream.DecodeRequestAsync();
        await using var service = await StartAsync(parts, 0, name.EndsWith("badauth", StringComparison.Ordinal) ? features with { Password = "p" } : features);

        var received = await ExchangeAsync(service, [.. RecordedRelay.Reproduce(code, features, closed.Port), .. payload], int.MaxValue);

        Assert.Equal(stream.FromServer, received);
        Assert.Equal(layer, (await service.Failures.ReadAsync(Token)).Layer);
    }

    /// <summary>Where GOST keeps its answer for ever, ours comes by itself.</summary>
    [Fact]
    public async Task Connect_ClientThatAwaitsTheAnswer_GetsIt()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        var (code, features, _) = await RecordedRelay.Read(Recording.Load("relay-connect-nodelay"))[0].DecodeRequestAsync();
        await using var service = await StartAsync(parts, target.Port, features);

        Assert.Equal([1, 0, 0, 0], await ExchangeAsync(service, RecordedRelay.Reproduce(code, features, target.Port), 4));
    }

    private static int ExpectedPort(Recording recording) => recording.Name switch
    {
        "relay-forward" => 0,
        "relay-connect-refused" => 1,
        _ when recording.Name.Contains("bind") => recording.ForwardPort,
        _ => recording.TargetPort,
    };

    private static IConnector Connector(EngineParts parts, RelayFeatures features, params (string Key, object? Value)[] metadata)
    {
        ConnectorConfig config = new()
        {
            Type = "relay",
            Auth = features.Username.Length > 0 ? new AuthConfig { Username = features.Username, Password = features.Password } : null,
            Metadata = new ConfigMap<object?>(metadata.Select(static x => KeyValuePair.Create(x.Key, x.Value))),
        };
        MetadataReader reader = new(config.Metadata, "/connector/metadata");
        var connector = parts.Services.Catalog.Connectors["relay"](
            new ConnectorBuildContext(new NodeConfig { Name = "n", Connector = config }, config, reader, parts.Services));
        Assert.Empty(reader.Findings);
        return connector;
    }

    /// <summary>A relay service that asks for the credentials of the request, with a target of its own where one is given.</summary>
    private static async Task<StreamService> StartAsync(EngineParts parts, int targetPort, RelayFeatures features, string? forwardTo = null)
    {
        ServiceConfig config = new()
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig
            {
                Type = "relay",
                Auth = features.Username.Length > 0 ? new AuthConfig { Username = features.Username, Password = features.Password } : null,
            },
            Forwarder = forwardTo is null ? null : new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = forwardTo }] },
        };
        var service = await StreamService.BindAsync(parts.Services, config, (_, ct) => StreamService.DialAsync(targetPort, ct));
        service.Run();
        return service;
    }

    /// <summary>Sends all, and reads a number of bytes or to the end.</summary>
    private static async Task<byte[]> ExchangeAsync(StreamService service, byte[] bytes, int count)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, service.Port, Token);
        await socket.SendAsync(bytes, Token);
        List<byte> received = [];
        var buffer = new byte[100];
        int read;
        while (received.Count < count && (read = await socket.ReceiveAsync(buffer, Token)) > 0)
        {
            received.AddRange(buffer.AsSpan(0, read));
        }

        return [.. received];
    }

    private static async Task<byte[]> ReadAllAsync(DuplexStream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gost.Engine;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

/// <summary>TLS through a whole engine: services, chains, and changes under traffic.</summary>
[BothLanes]
public sealed class TlsServiceTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task TlsService_ToATarget_ServesAndGoesOnAfterABadPeer()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(Service("s", target.Address));
        var port = engine.Port("s");
        using (var plain = await LoopbackClient.ConnectAsync(port, Token))
        {
            await plain.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Token);
            await Eventually.TrueAsync(
                "the fault", TimeSpan.FromSeconds(20), () => engine.Control.GetStatus("s")?.LastError is not null, Token);
        }

        await using var client = await TlsEnds.DialAsync(port);
        Assert.True(await EchoesAsync(client));
        var status = engine.Control.GetStatus("s");
        Assert.Equal((ServiceState.Ready, 1, FlowLayer.Tls), (status?.State, status?.Stats.TotalErrs, status?.LastError?.Layer));
        Assert.Contains("the peer does not speak TLS", status?.LastError?.Message, StringComparison.Ordinal);
        Assert.StartsWith("client 127.0.0.1:", status?.LastError?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls", 1 << 20)]
    [InlineData("tls", 64 << 10)]
    [InlineData("mtls", 1 << 20)]
    [InlineData("mtls", 64 << 10)]
    public async Task ForwardOverTls_AChainToATlsService_CarriesEveryByteOfTheAnswer(string transport, int size)
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(Service("server", target.Address, null, transport));
        var chain = await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain(engine.Port("server"), null, transport)));
        await engine.CreateAsync(LiveEngine.Service("client", "127.0.0.1:0", "127.0.0.1:9") with { Handler = new HandlerConfig { Type = "tcp", Chain = "c" } });
        var data = RandomNumberGenerator.GetBytes(size);

        using var client = await LoopbackClient.ConnectAsync(engine.Port("client"), Token);
        await using NetworkStream stream = new(client);
        var sending = SendAllAsync(client, data);
        MemoryStream answer = new();
        await stream.CopyToAsync(answer, Token);
        await sending;

        Assert.Equal(data, answer.ToArray());
        Assert.Contains(chain.Warnings, static x => x.Message == "the node's certificate is not verified: add secure=true");
        Assert.Contains(
            engine.Control.GetStatus("client")!.Warnings, static x => x.EndsWith("not verified: add secure=true", StringComparison.Ordinal)); // it runs
    }

    [Fact]
    public async Task ForwardOverTls_ACertificateThatIsNotTrusted_FailsWithHopAndNode()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(Service("server", target.Address));
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain(engine.Port("server"), new TlsConfig { Secure = true })));
        await engine.CreateAsync(LiveEngine.Service("client", "127.0.0.1:0", "127.0.0.1:9") with { Handler = new HandlerConfig { Type = "tcp", Chain = "c" } });

        using var client = await LoopbackClient.ConnectAsync(engine.Port("client"), Token);
        Assert.Equal("", await LoopbackClient.ReceiveTextAsync(client, 1, Token));

        await Eventually.TrueAsync("the fault", TimeSpan.FromSeconds(20), () => engine.Control.GetStatus("client")?.LastError is not null, Token);
        var error = engine.Control.GetStatus("client")?.LastError;
        Assert.Equal((FlowLayer.Tls, "h", "n"), (error?.Layer, error?.Hop, error?.Node));
        Assert.Contains("signed by an unknown authority", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_UnderTlsTraffic_LetsConnectionsLiveAndNewOnesSeeIt()
    {
        await using var first = TcpTarget.Echo("1");
        await using var second = TcpTarget.Echo("2");
        await using var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(Service("s", first.Address));
        var port = engine.Port("s");
        await using var old = await TlsEnds.DialAsync(port);
        Assert.Equal('1', await ReadByteAsync(old));

        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", Service("s", second.Address)));
        await using var next = await TlsEnds.DialAsync(port);

        Assert.Equal('2', await ReadByteAsync(next));
        Assert.True(await EchoesAsync(old));
        Assert.Equal(port, engine.Port("s"));
    }

    [Fact]
    public async Task Put_ACertificateThatCannotBeRead_IsRefusedAndTheServiceGoesOn()
    {
        var broken = _authority.Write("broken.pem", "nothing");
        await using var target = TcpTarget.Echo();
        await using var engine = await LiveEngine.StartAsync(options: new EngineOptions { FilesFolder = _authority.Folder });
        await engine.CreateAsync(Service("s", target.Address));
        var bad = Service("s", target.Address, new TlsConfig { CertFile = broken, KeyFile = broken });

        var refused = Assert.IsType<ChangeRefused>(await engine.Control.ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", bad), Token));

        Assert.Equal(ChangeRefusal.Invalid, refused.Reason);
        Assert.Contains(refused.Findings, x => x.Pointer == "/listener/tls/certFile" && x.Message.StartsWith(broken, StringComparison.Ordinal));
        await using var client = await TlsEnds.DialAsync(engine.Port("s"));
        Assert.True(await EchoesAsync(client));
    }

    [Fact]
    public async Task Import_DocumentTls_ActsAtOnceAndABadOneIsRefused()
    {
        var (cert, key) = _authority.Issue("document", ["document.com"]);
        await using var target = TcpTarget.Echo();
        await using var engine = await LiveEngine.StartAsync(options: new EngineOptions { FilesFolder = _authority.Folder });
        await engine.CreateAsync(Service("s", target.Address));
        Assert.True((await CertificateAsync(engine.Port("s"))).MatchesHostname("gost.run"));

        await engine.ApplyAsync(Import(new TlsConfig { CertFile = cert, KeyFile = key }));
        Assert.True((await CertificateAsync(engine.Port("s"))).MatchesHostname("document.com"));

        var missing = Path.Combine(_authority.Folder, "missing.pem");
        var refused = Assert.IsType<ChangeRefused>(
            await engine.Control.ApplyAsync(Import(new TlsConfig { CertFile = missing, KeyFile = key }), Token));
        Assert.Contains(refused.Findings, x => x.Pointer == "/tls/certFile" && x.Message == $"{missing}: there is no such file");
        Assert.True((await CertificateAsync(engine.Port("s"))).MatchesHostname("document.com"));
        Assert.Equal(1, engine.Control.GetStatus("s")?.Generation);

        static ImportDocument Import(TlsConfig tls) => new(new GostConfig { Tls = tls }, Replace: false);
    }

    [Fact]
    public async Task Start_ADocumentWithTls_ActsFromTheFirstHandshakeAndABadOneEndsTheStart()
    {
        var (cert, key) = _authority.Issue("document", ["document.com"]);
        await using var target = TcpTarget.Echo();
        GostConfig document = new() { Tls = new TlsConfig { CertFile = cert, KeyFile = key }, Services = [Service("s", target.Address)] };
        await using LiveEngine engine = new(new FakeStore());
        await engine.Engine.StartAsync(document, Token);
        Assert.True((await CertificateAsync(engine.Port("s"))).MatchesHostname("document.com"));

        await using LiveEngine broken = new(new FakeStore());
        var refused = await Assert.ThrowsAsync<ConfigException>(
            () => broken.Engine.StartAsync(document with { Tls = new TlsConfig { CertFile = "/none.pem", KeyFile = key } }, Token));
        Assert.Equal("/tls/certFile", Assert.Single(refused.Findings).Pointer);
    }

    [Fact]
    public async Task TlsService_AServerNameThatIsNotServed_IsRefused()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(Service("s", target.Address, new TlsConfig { RejectUnknownSni = true, ServerNames = ["a.example"] }));

        await using var client = await TlsEnds.DialAsync(engine.Port("s"), "a.example");
        Assert.True(await EchoesAsync(client));
        var refusal = await Record.ExceptionAsync(() => TlsEnds.DialAsync(engine.Port("s"), "b.example"));
        Assert.True(refusal is IOException or AuthenticationException, refusal?.ToString());
        await Eventually.TrueAsync("the fault", TimeSpan.FromSeconds(20), () => engine.Control.GetStatus("s")?.LastError is not null, Token);
        Assert.Contains("asked for server b.example", engine.Control.GetStatus("s")?.LastError?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TlsService_ASilentClient_IsClosedWhenTheHandshakeTakesTooLong()
    {
        FakeTimeProvider time = new();
        await using EngineParts engine = new(time);
        ServiceConfig config = new() { Name = "s", Addr = "127.0.0.1:0", Listener = new ListenerConfig { Type = "tls" }, Handler = new HandlerConfig { Type = "tcp" } };
        await using var service = await StreamService.StartAsync(engine.Services, 9, config);
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);
        var closed = LoopbackClient.ReceiveTextAsync(client, 1, Token);

        // The handshake begins when the connection is accepted, which nothing announces.
        await Eventually.TrueAsync(
            "the end of the handshake",
            TimeSpan.FromSeconds(20),
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return closed.IsCompleted;
            },
            Token);

        Assert.Equal("", await closed);
        var failure = await service.Failures.ReadAsync(Token);
        Assert.Equal((FlowLayer.Handshake, FlowError.TimedOut), (failure.Layer, failure.Error));
        Assert.EndsWith("no handshake within 15 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TlsService_ManyBadPeers_WriteABoundedNumberOfLines()
    {
        using CollectedLog log = new();
        await using var engine = GostEngine.Create(new FakeStore(), TestLane.Options(), log, TimeProvider.System);
        await engine.StartAsync(null, Token);
        await engine.ControlPlane.ApplyAsync(new CreateObject(ConfigKind.Services, Service("s", "127.0.0.1:9")), Token);
        var port = System.Net.IPEndPoint.Parse(engine.ControlPlane.GetStatus("s")!.Addr).Port; // made above
        const int peers = 40;
        for (var i = 0; i < peers; i++)
        {
            using var plain = await LoopbackClient.ConnectAsync(port, Token);
            await plain.SendAsync("no TLS at all"u8.ToArray(), Token);
            plain.Shutdown(SocketShutdown.Send);
            await Record.ExceptionAsync(() => LoopbackClient.ReceiveTextAsync(plain, 1, Token));
        }

        await Eventually.TrueAsync("all faults", TimeSpan.FromSeconds(20), () => engine.ControlPlane.GetStatus("s")?.Stats.TotalErrs == peers, Token);
        Assert.InRange(log.Of("HandshakeFailed").Count, 1, peers - 1);
        Assert.All(log.Of("HandshakeFailed"), static x => Assert.Contains("the peer does not speak TLS", x, StringComparison.Ordinal));
    }

    private static ServiceConfig Service(string name, string target, TlsConfig? tls = null, string transport = "tls") => LiveEngine.Service(name, "127.0.0.1:0", target) with
    {
        Handler = new HandlerConfig { Type = "forward" },
        Listener = new ListenerConfig { Type = transport, Tls = tls },
    };

    private static ChainConfig Chain(int port, TlsConfig? tls, string transport = "tls") => LiveEngine.Chain("c", new NodeConfig
    {
        Name = "n",
        Addr = $"127.0.0.1:{port}",
        Connector = new ConnectorConfig { Type = "forward" },
        Dialer = new DialerConfig { Type = transport, Tls = tls },
    });

    private static async Task<X509Certificate2> CertificateAsync(int port)
    {
        await using var client = await TlsEnds.DialAsync(port);
        return X509CertificateLoader.LoadCertificate(client.RemoteCertificate!.GetRawCertData()); // servers show one
    }

    private static async Task<bool> EchoesAsync(SslStream client)
    {
        await client.WriteAsync("x"u8.ToArray(), Token);
        return await ReadByteAsync(client) == 'x';
    }

    private static async Task<int> ReadByteAsync(SslStream client)
    {
        var buffer = new byte[1];
        return await client.ReadAsync(buffer, Token) == 1 ? buffer[0] : -1;
    }

    private static async Task SendAllAsync(Socket client, byte[] data)
    {
        for (var at = 0; at < data.Length;)
        {
            at += await client.SendAsync(data.AsMemory(at), Token);
        }

        client.Shutdown(SocketShutdown.Send);
    }
}

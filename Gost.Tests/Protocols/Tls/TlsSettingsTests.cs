using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

public sealed class TlsSettingsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Build_FilesThatCannotBeUsed_AreFindingsWithFileAndReason()
    {
        var (cert, key) = _authority.Issue("a", ["a.com"]);
        var (_, otherKey) = _authority.Issue("b", ["b.com"]);
        var noise = _authority.Write("noise.pem", "not a certificate");
        await using EngineParts engine = new();

        AssertFinding(new TlsConfig { CertFile = "/none/cert.pem", KeyFile = key }, "/listener/tls/certFile", "/none/cert.pem: there is no such file");
        AssertFinding(new TlsConfig { CertFile = noise, KeyFile = key }, "/listener/tls/certFile", "no certificate in PEM form");
        AssertFinding(new TlsConfig { CertFile = cert, KeyFile = noise }, "/listener/tls/keyFile", "no private key in PEM form");
        AssertFinding(new TlsConfig { CertFile = cert, KeyFile = otherKey }, "/listener/tls/keyFile", "it is no key of the certificate");
        AssertFinding(new TlsConfig { CertFile = cert, KeyFile = Path.GetDirectoryName(key)! }, "/listener/tls/keyFile", "it is a folder"); // it lies in one
        AssertFinding(new TlsConfig { CertFile = cert }, "/listener/tls/keyFile", "without keyFile");
        AssertFinding(new TlsConfig { KeyFile = key }, "/listener/tls/certFile", "without certFile");
        AssertFinding(new TlsConfig { CertFile = cert, KeyFile = key, CaFile = noise }, "/listener/tls/caFile", noise);

        TlsEnds.Client(engine.Services, new TlsConfig { CaFile = "/none/ca.pem" }, "a:1", out var findings);
        var finding = Assert.Single(findings);
        Assert.Equal(("/hops/0/nodes/0/dialer/tls/caFile", "/none/ca.pem: there is no such file"), (finding.Pointer, finding.Message));

        void AssertFinding(TlsConfig settings, string pointer, string text)
        {
            TlsEnds.Server(engine.Services, settings, out var found);
            var only = Assert.Single(found);
            Assert.Equal((pointer, FindingSeverity.Error), (only.Pointer, only.Severity));
            Assert.Contains(text, only.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("VersionTLS14", "", "/minVersion", FindingSeverity.Error)]
    [InlineData("VersionTLS13", "VersionTLS12", "/minVersion", FindingSeverity.Error)]
    [InlineData("", "VersionTLS11", "/maxVersion", FindingSeverity.Error)]
    [InlineData("VersionTLS10", "", "/minVersion", FindingSeverity.Warning)]
    public async Task Build_VersionsThatCannotBeSpoken_AreFindings(string least, string most, string pointer, FindingSeverity severity)
    {
        await using EngineParts engine = new();
        TlsEnds.Server(engine.Services, new TlsConfig { Options = new TlsOptionsConfig { MinVersion = least, MaxVersion = most } }, out var findings);
        var finding = Assert.Single(findings);
        Assert.Equal(("/listener/tls/options" + pointer, severity), (finding.Pointer, finding.Severity));
    }

    [Fact]
    public async Task Build_AnUnknownCipherSuite_IsAFinding()
    {
        await using EngineParts engine = new();
        ConfigList<string> suites = ["TLS_AES_128_GCM_SHA256", "TLS_NO_SUCH"];
        TlsEnds.Server(engine.Services, new TlsConfig { Options = new TlsOptionsConfig { CipherSuites = suites } }, out var findings);
        var finding = Assert.Single(findings);
        Assert.Equal("/listener/tls/options/cipherSuites/1", finding.Pointer);
        Assert.Contains("unknown cipher suite TLS_NO_SUCH", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SelfSigned_IsMadeOnceAndNamedLikeGosts()
    {
        await using EngineParts engine = new();
        using var first = await GivenAsync(engine.Services, null);
        using var second = await GivenAsync(engine.Services, new TlsConfig());
        using var named = await GivenAsync(engine.Services, new TlsConfig
        {
            CommonName = "vpn.example.com",
            Organization = "Example",
            Validity = new GoDuration(30L * 24 * 3600 * 1_000_000_000),
        });

        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.Equal("O=GOST, CN=gost.run", first.Subject);
        Assert.True(first.MatchesHostname("gost.run"));
        Assert.InRange((first.NotAfter - first.NotBefore).TotalDays, 365, 366);
        Assert.Equal("O=Example, CN=vpn.example.com", named.Subject);
        Assert.True(named.MatchesHostname("vpn.example.com"));
        Assert.InRange((named.NotAfter - named.NotBefore).TotalDays, 30, 31);
    }

    [Fact]
    public async Task Document_Tls_StandsInForAServiceWithoutCertificateAndIsSwappedAtOnce()
    {
        var (cert, key) = _authority.Issue("document", ["document.com"]);
        await using EngineParts engine = new();
        var server = TlsEnds.Server(engine.Services);
        using var before = await GivenAsync(server);
        List<Finding> findings = [];
        engine.Services.Tls.Use(engine.Services.Tls.Compile(new TlsConfig { CertFile = cert, KeyFile = key }, findings));
        using var after = await GivenAsync(server);

        Assert.Empty(findings);
        Assert.True(before.MatchesHostname("gost.run"));
        Assert.True(after.MatchesHostname("document.com"));
    }

    [Fact]
    public async Task Files_WrittenOver_AreReadAgainAndBrokenOnesAreNot()
    {
        var (cert, key) = _authority.Issue("server", ["first.com"]);
        FakeTimeProvider time = new();
        await using EngineParts engine = new(time);
        var server = TlsEnds.Server(engine.Services, new TlsConfig { CertFile = cert, KeyFile = key });
        using var first = await GivenAsync(server);

        _authority.Issue("server", ["second-and-longer.com"]);
        time.Advance(TimeSpan.FromSeconds(1));
        using var second = await GivenAsync(server);

        _authority.Write("server.pem", "");
        time.Advance(TimeSpan.FromSeconds(1));
        using var kept = await GivenAsync(server);

        Assert.True(first.MatchesHostname("first.com"));
        Assert.True(second.MatchesHostname("second-and-longer.com"));
        Assert.Equal(second.Thumbprint, kept.Thumbprint);
    }

    [Fact]
    public async Task Files_BehindALinkThatIsTurned_AreReadAgain()
    {
        var (cert, key) = _authority.Issue("one", ["one.com"]);
        var (otherCert, otherKey) = _authority.Issue("two", ["two.com"]);
        var (linkCert, linkKey) = (cert + ".link", key + ".link");
        File.CreateSymbolicLink(linkCert, cert);
        File.CreateSymbolicLink(linkKey, key);
        FakeTimeProvider time = new();
        await using EngineParts engine = new(time);
        var server = TlsEnds.Server(engine.Services, new TlsConfig { CertFile = linkCert, KeyFile = linkKey });
        using var one = await GivenAsync(server);

        File.Delete(linkCert);
        File.Delete(linkKey);
        File.CreateSymbolicLink(linkCert, otherCert);
        File.CreateSymbolicLink(linkKey, otherKey);
        time.Advance(TimeSpan.FromSeconds(1));
        using var two = await GivenAsync(server);

        Assert.True(one.MatchesHostname("one.com"));
        Assert.True(two.MatchesHostname("two.com"));
    }

    [Fact]
    public async Task Sessions_ToOneNode_AreResumed()
    {
        await using EngineParts engine = new();
        var server = TlsEnds.Server(engine.Services);
        TlsConfig tls12 = new() { Options = new TlsOptionsConfig { MaxVersion = "VersionTLS12" }, ServerName = $"{Guid.NewGuid():N}.example" };
        var client = TlsEnds.Client(engine.Services, tls12);

        // A resumed handshake of TLS 1.2 has the server's certificate not on the wire.
        var first = await HandshakeBytesAsync(server, client);
        var second = await HandshakeBytesAsync(server, client);
        Assert.True(second < first, $"{first} bytes, then {second}");
    }

    private static Task<X509Certificate2> GivenAsync(EngineServices engine, TlsConfig? settings) => GivenAsync(TlsEnds.Server(engine, settings));

    /// <summary>The certificate that a server shows.</summary>
    private static async Task<X509Certificate2> GivenAsync(TlsServerTransport server)
    {
        using var pair = await SocketPair.CreateAsync(Token);
        X509Certificate2? given = null;
        await using SslStream peer = new(new NetworkStream(pair.Far), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            given = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData()); // servers always show one
            return given is not null;
        });
        var accepting = server.AcceptAsync(new SocketDuplexStream(pair.Near), Token).AsTask();
        await peer.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = $"{Guid.NewGuid():N}.example" }, Token);
        await using var stream = (await accepting).Stream;
        return given!; // the handshake is done
    }

    private static async Task<long> HandshakeBytesAsync(TlsServerTransport server, TlsClientTransport client)
    {
        using var pair = await SocketPair.CreateAsync(Token);
        await using CountingStream counted = new(new SocketDuplexStream(pair.Far));
        var accepting = server.AcceptAsync(new SocketDuplexStream(pair.Near), Token).AsTask();
        await using var near = await client.ConnectAsync(counted, Token);
        await using var far = (await accepting).Stream;
        return counted.Bytes;
    }

    /// <summary>Counts what is read; takes over the inner stream.</summary>
    private sealed class CountingStream(DuplexStream inner) : DuplexStream
    {
        public long Bytes { get; private set; }

        public override System.Net.EndPoint? LocalEndPoint => inner.LocalEndPoint;

        public override System.Net.EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

        public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => inner.CompleteWritesAsync(cancellationToken);

        public override void Abort(Exception? reason = null) => inner.Abort(reason);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Bytes += count;
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

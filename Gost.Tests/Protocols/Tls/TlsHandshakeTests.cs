using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

public sealed class TlsHandshakeTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Connect_WithoutSettings_TakesAnyCertificateAsGostDoes()
    {
        await using EngineParts engine = new();
        await AssertJoinsAsync(engine.Services, null, null);
    }

    [Fact]
    public async Task Connect_Secure_TheAuthoritysCertificateForTheName_IsAccepted()
    {
        var (cert, key) = _authority.Issue("server", ["example.com"]);
        await using EngineParts engine = new();
        await AssertJoinsAsync(
            engine.Services, new TlsConfig { CertFile = cert, KeyFile = key }, new TlsConfig { Secure = true, CaFile = _authority.CaFile }, "example.com:443");
    }

    [Fact]
    public async Task Connect_Secure_AnAddressInTheCertificate_IsAccepted()
    {
        var (cert, key) = _authority.Issue("server", ["127.0.0.1"]);
        await using EngineParts engine = new();
        await AssertJoinsAsync(
            engine.Services, new TlsConfig { CertFile = cert, KeyFile = key }, new TlsConfig { Secure = true, CaFile = _authority.CaFile }, "127.0.0.1:443");
    }

    [Fact]
    public async Task Connect_Secure_TheServersOwnCertificateAsAuthority_IsAccepted()
    {
        // One that is not self-signed: Go trusts whatever stands in the file.
        var (cert, key) = _authority.Issue("server", ["example.com"]);
        await using EngineParts engine = new();
        await AssertJoinsAsync(engine.Services, new TlsConfig { CertFile = cert, KeyFile = key }, new TlsConfig { Secure = true, CaFile = cert }, "example.com:443");
    }

    [Fact]
    public async Task Connect_CaFileWithoutSecure_VerifiesTheChainButNotTheName()
    {
        var (cert, key) = _authority.Issue("server", ["example.com"]);
        using TestAuthority other = new("Other");
        await using EngineParts engine = new();
        TlsConfig server = new() { CertFile = cert, KeyFile = key };

        await AssertJoinsAsync(engine.Services, server, new TlsConfig { CaFile = _authority.CaFile }, "elsewhere.com:443");
        await AssertRefusesAsync(engine.Services, server, new TlsConfig { CaFile = other.CaFile }, "elsewhere.com:443", "unknown authority");
    }

    [Theory]
    [InlineData("other.com", false, "not for example.com but for other.com")]
    [InlineData("example.com", true, "expired")]
    public async Task Connect_Secure_AFaultyCertificate_IsRefusedWithTheReason(string name, bool expired, string reason)
    {
        var (cert, key) = _authority.Issue("server", [name], expired);
        await using EngineParts engine = new();
        await AssertRefusesAsync(
            engine.Services, new TlsConfig { CertFile = cert, KeyFile = key }, new TlsConfig { Secure = true, CaFile = _authority.CaFile }, "example.com:443", reason);
    }

    [Fact]
    public async Task Connect_SecureWithoutCaFile_RefusesASelfSignedCertificate()
    {
        await using EngineParts engine = new();
        await AssertRefusesAsync(engine.Services, null, new TlsConfig { Secure = true }, "gost.run:443", "unknown authority");
    }

    [Fact]
    public async Task Connect_ServerNameOfANodeList_StandsForTheNodesOwnHost()
    {
        var (cert, key) = _authority.Issue("server", ["h3"]);
        await using EngineParts engine = new();
        await AssertJoinsAsync(
            engine.Services,
            new TlsConfig { CertFile = cert, KeyFile = key },
            new TlsConfig { Secure = true, CaFile = _authority.CaFile, ServerName = "h2:443,h3" },
            "h3:443");
    }

    [Fact]
    public async Task Connect_VersionsThatDoNotMeet_SaysSo()
    {
        await using EngineParts engine = new();
        TlsConfig server = new() { Options = new TlsOptionsConfig { MinVersion = "VersionTLS13" } };
        TlsConfig client = new() { Options = new TlsOptionsConfig { MaxVersion = "VersionTLS12" } };
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services, server), TlsEnds.Client(engine.Services, client));

        Assert.Equal("no TLS version in common", joined.ServerFault?.Message);
        Assert.Equal("no TLS version in common", joined.ClientFault?.Message);
        Assert.Equal(FlowLayer.Tls, joined.ClientFault?.Layer);
    }

    [Fact]
    public async Task Connect_AlpnOfBoth_IsNegotiated()
    {
        await using EngineParts engine = new();
        TlsConfig settings = new() { Options = new TlsOptionsConfig { Alpn = ["h2", "http/1.1"] } };
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services, settings), TlsEnds.Client(engine.Services, settings));

        Assert.Equal("h2", Assert.IsType<Gost.Engine.Protocols.Tls.TlsDuplexStream>(joined.Client).ApplicationProtocol);
    }

    [Theory]
    [InlineData("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
    [InlineData("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305")]
    public async Task Connect_ChosenCipherSuites_AreSpoken(string suite)
    {
        await using EngineParts engine = new();
        TlsConfig settings = new() { Options = new TlsOptionsConfig { MaxVersion = "VersionTLS12", CipherSuites = [suite] } };
        await AssertJoinsAsync(engine.Services, settings, settings);
    }

    [Fact]
    public async Task Connect_CipherSuitesThatDoNotMeet_SaysSo()
    {
        await using EngineParts engine = new();
        TlsConfig server = Only("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        TlsConfig client = Only("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services, server), TlsEnds.Client(engine.Services, client));

        Assert.Equal("no cipher suite in common", joined.ServerFault?.Message);
        Assert.Contains("no version or cipher suite in common", joined.ClientFault?.Message, StringComparison.Ordinal);

        static TlsConfig Only(string suite) => new() { Options = new TlsOptionsConfig { MaxVersion = "VersionTLS12", CipherSuites = [suite] } };
    }

    [Fact]
    public async Task Accept_CaFile_TakesOnlyClientsWithACertificateOfTheAuthority()
    {
        var (cert, key) = _authority.Issue("server", ["example.com"]);
        var (clientCert, clientKey) = _authority.Issue("client", []);
        using TestAuthority other = new("Other");
        var (strangeCert, strangeKey) = other.Issue("stranger", []);
        await using EngineParts engine = new();
        TlsConfig server = new() { CertFile = cert, KeyFile = key, CaFile = _authority.CaFile };

        await AssertJoinsAsync(engine.Services, server, new TlsConfig { CertFile = clientCert, KeyFile = clientKey });
        await AssertServerRefusesAsync(engine.Services, server, new TlsConfig { CertFile = strangeCert, KeyFile = strangeKey }, "unknown authority");
        await AssertServerRefusesAsync(engine.Services, server, null, "no client certificate was given");

        // Also with a certificate made here: who names an authority wants it asked for.
        await AssertServerRefusesAsync(engine.Services, new TlsConfig { CaFile = _authority.CaFile }, null, "no client certificate was given");
    }

    [Fact]
    public async Task Accept_RejectUnknownSni_ServesItsNamesOnly()
    {
        await using EngineParts engine = new();
        TlsConfig named = new() { RejectUnknownSni = true, ServerNames = ["a.example.com", "*.b.example.com"] };

        await AssertJoinsAsync(engine.Services, named, null, "A.example.com:443");
        await AssertJoinsAsync(engine.Services, named, null, "x.b.example.com:443");
        await AssertServerRefusesAsync(engine.Services, named, new TlsConfig { ServerName = "c.example.com" }, "c.example.com, which is not served here");
        await AssertServerRefusesAsync(engine.Services, named, new TlsConfig { ServerName = "127.0.0.1" }, "named no server");
        await AssertJoinsAsync(engine.Services, new TlsConfig { RejectUnknownSni = true }, null, "gost.run:443");
        await AssertServerRefusesAsync(engine.Services, new TlsConfig { RejectUnknownSni = true }, new TlsConfig { ServerName = "other.run" }, "not served here");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\u0005\u0001\0 and more bytes than a record header has")]
    public async Task Accept_PlainBytes_SaysThatThePeerSpeaksNoTls(string text)
    {
        await using EngineParts engine = new();
        using var pair = await SocketPair.CreateAsync(Token);
        await pair.Far.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), Token);

        var failure = await Assert.ThrowsAsync<FlowException>(
            async () => await TlsEnds.Server(engine.Services).AcceptAsync(new SocketDuplexStream(pair.Near), Token));

        Assert.StartsWith("the peer does not speak TLS", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FlowLayer.Tls, failure.Layer);
    }

    [Fact]
    public async Task Accept_AClientThatLeaves_SaysSo()
    {
        await using EngineParts engine = new();
        using var pair = await SocketPair.CreateAsync(Token);
        pair.Far.Shutdown(SocketShutdown.Send);

        var failure = await Assert.ThrowsAsync<FlowException>(
            async () => await TlsEnds.Server(engine.Services).AcceptAsync(new SocketDuplexStream(pair.Near), Token));

        Assert.Equal("the peer closed the connection during the handshake", failure.Message);
    }

    [Fact]
    public async Task Connect_AServerThatSpeaksNoTls_SaysSo()
    {
        await using EngineParts engine = new();
        using var pair = await SocketPair.CreateAsync(Token);
        await pair.Far.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), Token);

        var failure = await Assert.ThrowsAsync<FlowException>(
            async () => await TlsEnds.Client(engine.Services).ConnectAsync(new SocketDuplexStream(pair.Near), Token));

        Assert.Equal("the peer does not speak TLS", failure.Message);
    }

    private static async Task AssertJoinsAsync(EngineServices engine, TlsConfig? server, TlsConfig? client, string addr = "gost.run:443")
    {
        await using var joined = await JoinAsync(engine, server, client, addr);
        Assert.Null(joined.ServerFault);
        Assert.Null(joined.ClientFault);
        await joined.Client!.WriteAsync("x"u8.ToArray(), Token); // no fault
        Assert.Equal(1, await joined.Server!.ReadAsync(new byte[1], Token)); // no fault
    }

    private static async Task AssertRefusesAsync(EngineServices engine, TlsConfig? server, TlsConfig? client, string addr, string reason)
    {
        await using var joined = await JoinAsync(engine, server, client, addr);
        Assert.Contains(reason, joined.ClientFault?.Message, StringComparison.Ordinal);
        Assert.Equal(FlowLayer.Tls, joined.ClientFault?.Layer);
    }

    /// <summary>The client learns of it with its handshake in TLS 1.2; when it reads first in TLS 1.3, where a missing certificate is no alert but the end.</summary>
    private static async Task AssertServerRefusesAsync(EngineServices engine, TlsConfig? server, TlsConfig? client, string reason)
    {
        await using var joined = await JoinAsync(engine, server, client, "gost.run:443");
        Assert.Contains(reason, joined.ServerFault?.Message, StringComparison.Ordinal);
        if (joined.Client is { } stream)
        {
            var read = await Record.ExceptionAsync(async () => Assert.Equal(0, await stream.ReadAsync(new byte[1], Token)));
            Assert.True(read is null or FlowException { Layer: FlowLayer.Tls }, read?.ToString());
        }
        else
        {
            Assert.Equal(FlowLayer.Tls, joined.ClientFault?.Layer);
        }
    }

    private static async Task<TlsEnds.Joined> JoinAsync(EngineServices engine, TlsConfig? server, TlsConfig? client, string addr)
    {
        var accepting = TlsEnds.Server(engine, server, out var serverFindings);
        var connecting = TlsEnds.Client(engine, client, addr, out var clientFindings);
        Assert.DoesNotContain([.. serverFindings, .. clientFindings], static x => x.Severity == FindingSeverity.Error);
        return await TlsEnds.JoinAsync(accepting, connecting);
    }
}

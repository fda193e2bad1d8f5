using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

/// <summary>Half-close and certificates with a TLS library that nobody here wrote.</summary>
public sealed class OpenSslTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Server_EndsItsDirectionFirst_SClientReadsTheEndAndIsReadToItsOwn(string version)
    {
        var openssl = Programs.Require("openssl");
        var (cert, key) = _authority.Issue("server", ["example.com"]);
        await using EngineParts engine = new();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var running = ProgramOutput.RunAsync(
            openssl,
            [
                "s_client", version, "-quiet", "-verify_return_error", "-CAfile", _authority.CaFile, "-verify_hostname", "example.com",
                "-connect", listener.LocalEndPoint!.ToString()!, // bound above
            ],
            Token,
            input: "question\n");
        SocketDuplexStream raw = new(await listener.AcceptAsync(Token));
        await using var stream = (await TlsEnds.Server(engine.Services, new TlsConfig { CertFile = cert, KeyFile = key }).AcceptAsync(raw, Token)).Stream;

        Assert.Equal("question\n", await ReadTextAsync(stream, 9));
        await stream.WriteAsync("answer"u8.ToArray(), Token);
        await stream.CompleteWritesAsync(Token);
        Assert.Empty(await TlsEnds.ReadToEndAsync(stream));

        Assert.Equal("answer", (await running).Output);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Client_EndsItsDirectionFirst_SServerSeesItAndEndsToo(string version)
    {
        var openssl = Programs.Require("openssl");
        var (cert, key) = _authority.Issue("server", ["127.0.0.1"]);
        await using EngineParts engine = new();
        ProcessStartInfo info = new(openssl, ["s_server", version, "-accept", "127.0.0.1:0", "-cert", cert, "-key", key, "-rev", "-naccept", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var server = Process.Start(info) ?? throw new InvalidOperationException("openssl did not start");
        try
        {
            var port = 0;
            while (port == 0 && await server.StandardOutput.ReadLineAsync(Token) is { } line)
            {
                port = line.StartsWith("ACCEPT 127.0.0.1:", StringComparison.Ordinal) ? IPEndPoint.Parse(line["ACCEPT ".Length..]).Port : 0;
            }

            SocketDuplexStream raw = new(await LoopbackClient.ConnectAsync(port, Token));
            TlsConfig settings = new() { Secure = true, CaFile = _authority.CaFile };
            await using var stream = await TlsEnds.Client(engine.Services, settings, $"127.0.0.1:{port}").ConnectAsync(raw, Token);
            await stream.WriteAsync("abc\n"u8.ToArray(), Token);
            Assert.Equal("cba\n", await ReadTextAsync(stream, 4));

            await stream.CompleteWritesAsync(Token);
            Assert.Empty(await TlsEnds.ReadToEndAsync(stream));
            await server.WaitForExitAsync(Token);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill();
            }
        }
    }

    private static async Task<string> ReadTextAsync(DuplexStream stream, int length)
    {
        var buffer = new byte[length];
        var total = 0;
        int count;
        while (total < length && (count = await stream.ReadAsync(buffer.AsMemory(total), Token)) > 0)
        {
            total += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, total);
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

public sealed class ShadowsocksOptionsTests
{
    [Theory]
    [InlineData("ss://127.0.0.1:0", "/services/0/handler/auth", "needs a method as user name and a password: aes-128-gcm, aes-256-gcm, chacha20-ietf-poly1305 or none")]
    [InlineData("ssu://127.0.0.1:0", "/services/0/handler/auth", "needs a method")]
    [InlineData("ss://rc4-md5:x@127.0.0.1:0", "/services/0/handler/auth", "method rc4-md5 is not known: it must be aes-128-gcm")]
    [InlineData("ss://aes-128-gcm@127.0.0.1:0", "/services/0/handler/auth", "method aes-128-gcm needs a password")]
    [InlineData("ss://2022-blake3-aes-256-gcm:x@127.0.0.1:0", "/services/0/handler/auth", "(SIP022) is not supported by this build: take aes-128-gcm")]
    public async Task Service_WithUnusableCredentials_IsRefusedWithTheMethods(string listen, string pointer, string message) =>
        await RefusedAsync(CommandLineConverter.ConvertArguments(["-L", listen]), pointer, message);

    [Theory]
    [InlineData("ss://127.0.0.1:1", "/connector/auth", "needs a method")]
    [InlineData("ssu://aes-128-cfb:x@127.0.0.1:1", "/connector/auth", "is not known")]
    public async Task Node_WithUnusableCredentials_IsRefused(string forward, string pointer, string message) =>
        await RefusedAsync(CommandLineConverter.ConvertArguments(["-L", "tcp://127.0.0.1:0/127.0.0.1:9", "-F", forward]), pointer, message);

    [Fact]
    public async Task Service_WithAnAuther_IsRefused()
    {
        var document = CommandLineConverter.ConvertArguments(["-L", "ss://aes-128-gcm:x@127.0.0.1:0"]);
        var service = document.Services[0];
        await RefusedAsync(
            document with
            {
                Authers = [new AutherConfig { Name = "a", Auths = [new AuthConfig { Username = "u", Password = "p" }] }],
                Services = [service with { Handler = service.Handler! with { Auther = "a" } }], // just converted
            },
            "/services/0/handler/auther",
            "an auther cannot serve Shadowsocks");
    }

    [Fact]
    public async Task Service_WithoutCipher_IsWarnedAbout()
    {
        await using var engine = await LiveEngine.StartAsync();
        var document = CommandLineConverter.ConvertArguments(["-L", "ss://none:x@127.0.0.1:0"]);
        var warning = Assert.Single((await engine.ApplyAsync(new ImportDocument(document, Replace: true))).Warnings);
        Assert.Equal("/services/0/handler/auth", warning.Pointer);
        Assert.Contains("neither encrypts nor asks for a password", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_OfGost_ActWithoutWarnings()
    {
        await using var engine = await LiveEngine.StartAsync();
        var document = CommandLineConverter.ConvertArguments(
        [
            "-L", "ss://AES-128-GCM:x@127.0.0.1:0?readTimeout=5s&idleTimeout=1m&hash=host", "-L", "ssu://aes-128-gcm:x@127.0.0.1:0?udp.bufferSize=8192&ttl=10s",
            "-F", "ss://aes-128-gcm:x@127.0.0.1:1?timeout=5s", "-F", "ssu://aes-128-gcm:x@127.0.0.1:1?connectTimeout=5s&udpBufferSize=5000",
        ]);
        Assert.Empty((await engine.ApplyAsync(new ImportDocument(document, Replace: true))).Warnings);
    }

    private static async Task RefusedAsync(GostConfig document, string pointer, string message)
    {
        await using var engine = await LiveEngine.StartAsync();
        var refused = Assert.IsType<ChangeRefused>(await engine.Control.ApplyAsync(new ImportDocument(document, Replace: true), LiveEngine.Token));
        var finding = Assert.Single(refused.Findings, static x => x.Severity == FindingSeverity.Error);
        Assert.EndsWith(pointer, finding.Pointer, StringComparison.Ordinal);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }
}

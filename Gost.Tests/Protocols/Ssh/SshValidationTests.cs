using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Ssh;

/// <summary>What of SSH is refused, or warned about, before it runs.</summary>
public sealed class SshValidationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-L sshd+tcp://:0", "/services/0/listener/type")]
    [InlineData("-L socks5+sshd://:0", "/services/0/handler/type")]
    [InlineData("-L tcp://:0/h:1 -F sshd+tls://h:22", "/chains/0/hops/0/nodes/0/dialer/type")]
    [InlineData("-L tcp://:0/h:1 -F http+sshd://h:22", "/chains/0/hops/0/nodes/0/connector/type")]
    [InlineData("-L sshd://:0?privateKeyFile=FOLDER/none", "/services/0/listener/metadata/privateKeyFile")]
    [InlineData("-L sshd://:0?privateKeyFile=FOLDER/text", "/services/0/listener/metadata/privateKeyFile")]
    [InlineData("-L sshd://:0?authorizedKeys=FOLDER/none", "/services/0/listener/metadata/authorizedKeys")]
    [InlineData("-L tcp://:0/h:1 -F sshd://h:22?hostKeyCheck=maybe", "/chains/0/hops/0/nodes/0/dialer/metadata/hostKeyCheck")]
    [InlineData("-L tcp://:0/h:1 -F sshd://h:22?hostKey=abc", "/chains/0/hops/0/nodes/0/dialer/metadata/hostKey")]
    [InlineData("-L tcp://:0/h:1 -F ssh://h:22?knownHosts=FOLDER/none", "/chains/0/hops/0/nodes/0/dialer/metadata/knownHosts")]
    [InlineData("-L tcp://:0/h:1 -F sshd://h:22?privateKeyFile=FOLDER/text", "/chains/0/hops/0/nodes/0/dialer/metadata/privateKeyFile")]
    public async Task WhatCannotWork_IsAnError(string line, string pointer)
    {
        var findings = await FindingsAsync(line);
        Assert.Equal([pointer], findings.Where(static x => x.Severity == FindingSeverity.Error).Select(static x => x.Pointer));
    }

    [Theory]
    [InlineData("-L sshd://:0", true)]
    [InlineData("-L ssh://:0", true)]
    [InlineData("-L sshd://user:pass@:0", false)]
    [InlineData("-L ssh://user:pass@:0", false)]
    [InlineData("-L relay+ssh://user:pass@:0", false)]
    [InlineData("-L sshd://:0?authorizedKeys=FOLDER/text", false)]
    [InlineData("-L sshd://127.0.0.1:0", false)]
    public async Task ServiceThatLetsEveryoneIn_IsWarnedAbout(string line, bool isOpen)
    {
        var findings = await FindingsAsync(line);
        Assert.DoesNotContain(findings, static x => x.Severity == FindingSeverity.Error);
        Assert.Equal(isOpen, findings.Any(static x => x.Message.Contains("asks for no credentials", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Options_AreAllKnown()
    {
        var findings = await FindingsAsync(
            "-L sshd://user:pass@127.0.0.1:0?backlog=16&handshakeTimeout=5s&keepalive=true&keepalive.idle=5s "
            + "-F sshd://user:pass@h:22?handshakeTimeout=5s&keepalive=true&ttl=10s&keepalive.timeout=5s&keepalive.retries=2&tcp.keepalive=true&tcp.keepalive.idle=5s&hostKeyCheck=strict");
        Assert.DoesNotContain(findings, static x => !x.Message.Contains("serverName", StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<Finding>> FindingsAsync(string line)
    {
        _folder.Write("text", "this is no key");
        var words = line.Replace("FOLDER", _folder.Path, StringComparison.Ordinal).Split(' ');
        return await DocumentCheck.RunAsync(CommandLineConverter.ConvertArguments(words), TestContext.Current.CancellationToken);
    }
}

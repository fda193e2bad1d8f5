using Gost.Ssh.Keys;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Keys;

public sealed class KnownHostsTests
{
    private const string One = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    private const string Two = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("example.com", 22, KnownHostMatch.Known)]
    [InlineData("EXAMPLE.com", 22, KnownHostMatch.Known)]
    [InlineData("10.0.0.1", 22, KnownHostMatch.Known)]
    [InlineData("example.com", 2222, KnownHostMatch.Unknown)]
    [InlineData("gate", 2222, KnownHostMatch.Known)]
    [InlineData("gate", 22, KnownHostMatch.Unknown)]
    [InlineData("a.inner", 22, KnownHostMatch.Known)]
    [InlineData("secret.inner", 22, KnownHostMatch.Unknown)]
    [InlineData("other.com", 22, KnownHostMatch.Changed)]
    [InlineData("stolen.com", 22, KnownHostMatch.Revoked)]
    [InlineData("certified.com", 22, KnownHostMatch.Unknown)]
    public void Check_FindsTheHost(string host, int port, KnownHostMatch expected)
    {
        var hosts = KnownHosts.Parse($"""
            # comment
            example.com,10.0.0.1 {One} comment
            [gate]:2222 {One}
            *.inner,!secret.inner {One}
            other.com {Two}
            stolen.com {One}
            @revoked stolen.com {One}
            @cert-authority certified.com {One}
            """);

        Assert.Equal(expected, hosts.Check(host, port, SshPublicKey.Parse(One)));
        Assert.Equal([new RefusedKeyLine(8, "lines with @cert-authority are passed over")], hosts.Refused);
    }

    [Fact]
    public void RevokedKey_IsNoneOfTheHost()
    {
        var hosts = KnownHosts.Parse($"h {One}\nh {Two}\n@revoked * {One}");

        Assert.Equal([SshPublicKey.Parse(Two)], hosts.Find("h", 22));
        Assert.Equal(KnownHostMatch.Revoked, hosts.Check("any", 1, SshPublicKey.Parse(One)));
    }

    [Fact]
    public async Task HashedNames_AsSshKeygenMakesThem_AreFound()
    {
        var program = Programs.Require("ssh-keygen");
        using TempFolder folder = new();
        var file = folder.Write("hosts", $"example.com {One}\n[gate]:2222 {One}\n");
        Assert.Equal(0, (await ProgramOutput.RunAsync(program, ["-H", "-f", file], Token)).ExitCode);
        var text = await File.ReadAllTextAsync(file, Token);
        Assert.DoesNotContain("example", text, StringComparison.Ordinal);

        var hosts = KnownHosts.Parse(text);

        Assert.Equal([SshPublicKey.Parse(One)], hosts.Find("example.com", 22));
        Assert.Equal([SshPublicKey.Parse(One)], hosts.Find("gate", 2222));
        Assert.Empty(hosts.Find("gate", 22));
        Assert.Empty(hosts.Refused);
    }

    [Fact]
    public void BrokenLines_AreToldAndPassedOver()
    {
        var hosts = KnownHosts.Parse($"h\nh ssh-ed25519\nh ssh-ed25519 !!\n|1|x|y {One}\n@revoked\n|1| {One}\nh ssh-dss AAAA\n");

        Assert.Empty(hosts.Find("h", 22));
        Assert.Equal([1, 2, 3, 5, 7], hosts.Refused.Select(static x => x.Line));
    }

    [Theory]
    [InlineData("Host", 22, "host")]
    [InlineData("host", 2222, "[host]:2222")]
    [InlineData("::1", 22, "::1")]
    [InlineData("::1", 23, "[::1]:23")]
    public void NameOf_IsWhatOpenSshWrites(string host, int port, string expected) => Assert.Equal(expected, KnownHosts.NameOf(host, port));

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbY", false)]
    [InlineData("?", "", false)]
    [InlineData("a?", "AB", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("***", "abc", true)]
    public void Patterns_MatchAsInOpenSsh(string pattern, string text, bool expected) => Assert.Equal(expected, HostPatterns.Matches(pattern, text));
}

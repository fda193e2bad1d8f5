using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Kcp;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp;

public sealed class KcpOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_GivesTheEffectiveDefaults()
    {
        var options = Bind(out var findings);
        Assert.Empty(findings);
        Assert.Equal(new KcpOptions(), options with { Smux = new KcpOptions().Smux });
        Assert.Equal((1400, 32, 32, false, 10, 0, false), (options.Mtu, options.SendWindow, options.ReceiveWindow, options.NoDelay, options.Interval, options.Resend, options.NoCongestion));
        Assert.Equal(("", "aes", 10, 3, true), (options.Key, options.Crypt, options.DataShards, options.ParityShards, options.Compression));
        Assert.Equal((1, 4194304, 2097152), (options.Smux.Version, options.Smux.MaxReceiveBuffer, options.Smux.MaxStreamBuffer));
        Assert.Equal(TimeSpan.FromSeconds(10), options.Smux.KeepAliveInterval);
    }

    [Theory]
    [InlineData("normal", false, 40)]
    [InlineData("fast", false, 30)]
    [InlineData("fast2", true, 20)]
    [InlineData("fast3", true, 10)]
    public void Mode_Known_SetsTheFour(string mode, bool noDelay, int interval)
    {
        var options = Bind(out var findings, ("kcp.mode", mode), ("kcp.interval", 77L));
        Assert.Empty(findings);
        Assert.Equal((noDelay, interval, 2, true), (options.NoDelay, options.Interval, options.Resend, options.NoCongestion));
    }

    [Fact]
    public void Keys_All_Act()
    {
        var options = Bind(
            out var findings, ("kcp.key", "k"), ("kcp.crypt", "salsa20"), ("kcp.keepalive", 20L), ("kcp.interval", 25L), ("kcp.mtu", "1200"), ("kcp.rcvwnd", 512L),
            ("kcp.sndwnd", 256L), ("kcp.smuxver", 2L), ("kcp.smuxbuf", 1000000L), ("kcp.streambuf", 50000L), ("kcp.nocomp", "true"));
        Assert.Empty(findings);
        Assert.Equal(("k", "salsa20", 25, 1200, 512, 256, false), (options.Key, options.Crypt, options.Interval, options.Mtu, options.ReceiveWindow, options.SendWindow, options.Compression));
        Assert.Equal((2, 1000000, 50000), (options.Smux.Version, options.Smux.MaxReceiveBuffer, options.Smux.MaxStreamBuffer));
        Assert.Equal((TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60)), (options.Smux.KeepAliveInterval, options.Smux.KeepAliveTimeout));
    }

    [Fact]
    public void Zeros_StandForTheDefaults()
    {
        var options = Bind(out var findings, ("kcp.mtu", 0L), ("kcp.sndwnd", 0L), ("kcp.rcvwnd", 0L), ("kcp.smuxver", 0L), ("kcp.keepalive", 0L));
        Assert.Empty(findings);
        Assert.Equal((1400, 32, 32, 1), (options.Mtu, options.SendWindow, options.ReceiveWindow, options.Smux.Version));
    }

    [Fact]
    public void Map_MembersWithoutAKey_Act_AndAbsentShardsTurnFecOff()
    {
        var options = Bind(out var findings, ("config", Map(("nodelay", 1L), ("resend", 3L), ("nc", 1L), ("acknodelay", true), ("dscp", 46L), ("sockbuf", 100000L))));
        Assert.Empty(findings);
        Assert.Equal((true, 10, 3, true, true, 46), (options.NoDelay, options.Interval, options.Resend, options.NoCongestion, options.AckNoDelay, options.Dscp));
        Assert.Equal((0, 0, 100000, 50000), (options.DataShards, options.ParityShards, options.Smux.MaxReceiveBuffer, options.Smux.MaxStreamBuffer));
    }

    [Fact]
    public void Map_MembersThatGostOverwrites_ActWithAWarning_UnlessTheKeyIsThere()
    {
        var options = Bind(
            out var findings, ("kcp.config", Map(("key", "inside"), ("crypt", "xor"), ("datashard", 5L), ("parityshard", 2L))), ("kcp.crypt", "none"));
        Assert.Equal(("inside", "none", 5, 2), (options.Key, options.Crypt, options.DataShards, options.ParityShards));
        var warning = Assert.Single(findings);
        Assert.Equal((FindingSeverity.Warning, "/listener/metadata/kcp.config"), (warning.Severity, warning.Pointer));
        Assert.Contains("kcp.key", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("inside", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_IsReadAsTheMap()
    {
        var path = _folder.Write("kcp.json", """{"datashard":70,"parityshard":30,"sndwnd":2048,"nodelay":1,"nc":1,"snmplog":""}""");
        var options = Bind(out var findings, ("kcp.configFile", path));
        Assert.Equal((70, 30, 2048, true), (options.DataShards, options.ParityShards, options.SendWindow, options.NoDelay));
        Assert.Equal(FindingSeverity.Warning, Assert.Single(findings).Severity);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData(null)]
    public void File_ThatCannotBeUsed_IsRefusedAtItsKey(string? text)
    {
        var path = text is null ? Path.Combine(_folder.Path, "absent.json") : _folder.Write("kcp.json", text);
        Bind(out var findings, ("c", path));
        var finding = Assert.Single(findings);
        Assert.Equal((FindingSeverity.Error, "/listener/metadata/c"), (finding.Severity, finding.Pointer));
    }

    [Theory]
    [InlineData("kcp.crypt", "aes-129", "aes-128", FindingSeverity.Warning)]
    [InlineData("kcp.crypt", "null", "stands for aes", FindingSeverity.Warning)]
    [InlineData("kcp.mode", "turbo", "fast2", FindingSeverity.Warning)]
    [InlineData("kcp.tcp", "true", "not supported", FindingSeverity.Error)]
    [InlineData("tcp", "true", "not supported", FindingSeverity.Error)]
    [InlineData("kcp.mtu", "9000", "0 to 1500", FindingSeverity.Error)]
    [InlineData("kcp.mtu", "50", "128 to 1500", FindingSeverity.Error)]
    [InlineData("kcp.smuxver", "3", "0 to 2", FindingSeverity.Error)]
    [InlineData("kcp.sndwnd", "65536", "65535", FindingSeverity.Error)]
    public void Value_ThatCannotBeUsed_IsAFindingAtItsKey(string key, string value, string expected, FindingSeverity severity)
    {
        Bind(out var findings, (key, value));
        var finding = Assert.Single(findings);
        Assert.Equal((severity, $"/listener/metadata/{key}"), (finding.Severity, finding.Pointer));
        Assert.Contains(expected, finding.Message + finding.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_UnknownMembersAndTooManyShards_AreFindings()
    {
        Bind(out var findings, ("kcp.config", Map(("datashards", 1L), ("datashard", 200L), ("parityshard", 57L))));
        Assert.Contains(findings, static x => x is { Severity: FindingSeverity.Error, Pointer: "/listener/metadata/kcp.config/datashard" });
        Assert.Contains(findings, static x => x is { Severity: FindingSeverity.Warning, Pointer: "/listener/metadata/kcp.config/datashards" });
    }

    private static ConfigMap<object?> Map(params IEnumerable<(string Key, object? Value)> members) =>
        new(members.Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    private static KcpOptions Bind(out List<Finding> findings, params IEnumerable<(string Key, object? Value)> members)
    {
        MetadataReader metadata = new(Map(members), "/listener/metadata");
        var options = KcpOptions.Bind(metadata);
        findings = metadata.Findings;
        return options;
    }
}

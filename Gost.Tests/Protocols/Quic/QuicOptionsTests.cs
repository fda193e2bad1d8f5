using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Quic;
using Xunit;

namespace Gost.Tests.Protocols.Quic;

public sealed class QuicOptionsTests
{
    [Fact]
    public void Nothing_GivesTheDefaults()
    {
        var options = Bind(out var findings);
        Assert.Empty(findings);
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(90), TimeSpan.Zero, 100, 128), (options.KeepAlive, options.IdleTimeout, options.HandshakeTimeout, options.MaxStreams, options.Backlog));
    }

    [Fact]
    public void Keys_All_Act()
    {
        var options = Bind(
            out var findings, ("keepalive", "true"), ("ttl", "7s"), ("maxIdleTimeout", "1m"), ("handshakeTimeout", 3L), ("maxStreams", 5L), ("backlog", 9L));
        Assert.Empty(findings);
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(3), 5, 9), (options.KeepAlive, options.IdleTimeout, options.HandshakeTimeout, options.MaxStreams, options.Backlog));
    }

    [Fact]
    public void KeepAlive_Off_NeverPings() => Assert.Equal(Timeout.InfiniteTimeSpan, Bind(out _, ("keepAlive", false), ("ttl", "7s")).KeepAlive);

    [Theory]
    [InlineData("cipherKey", "0123456789abcdef", FindingSeverity.Error)]
    [InlineData("enableDatagram", "true", FindingSeverity.Warning)]
    [InlineData("maxStreams", "70000", FindingSeverity.Error)]
    [InlineData("ttl", "soon", FindingSeverity.Error)]
    public void Value_ThatCannotBeUsed_IsAFindingAtItsKey(string key, string value, FindingSeverity severity)
    {
        Bind(out var findings, (key, value));
        var finding = Assert.Single(findings);
        Assert.Equal(($"/listener/metadata/{key}", severity), (finding.Pointer, finding.Severity));
        Assert.DoesNotContain("0123456789abcdef", finding.Message, StringComparison.Ordinal);
    }

    private static QuicOptions Bind(out List<Finding> findings, params IEnumerable<(string Key, object? Value)> members)
    {
        MetadataReader metadata = new(new ConfigMap<object?>(members.Select(static x => KeyValuePair.Create(x.Key, x.Value))), "/listener/metadata");
        var options = QuicOptions.Bind(metadata);
        findings = metadata.Findings;
        return options;
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Mux;
using Xunit;

namespace Gost.Tests.Protocols.Mux;

public sealed class SmuxOptionsTests
{
    [Fact]
    public void Bind_Nothing_GivesTheDefaults()
    {
        var metadata = Read();
        Assert.Equal(SmuxOptions.Default(2), SmuxOptions.Bind(metadata, 2));
        Assert.Empty(metadata.Findings);
    }

    [Fact]
    public void Bind_EveryKey_IsTaken()
    {
        var metadata = Read(
            ("mux.version", 2L), ("mux.keepaliveInterval", "5s"), ("mux.keepaliveTimeout", 20L), ("mux.maxFrameSize", 1000L), ("mux.maxReceiveBuffer", 100_000L),
            ("mux.maxStreamBuffer", 50_000L), ("halfCloseHold", "300ms"));
        Assert.Equal(
            new SmuxOptions(2, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), 1000, 100_000, 50_000, TimeSpan.FromMilliseconds(300)), SmuxOptions.Bind(metadata, 1));
        Assert.Empty(metadata.Findings);
    }

    [Fact]
    public void Bind_KeepAliveDisabled_SendsNone() =>
        Assert.Equal(Timeout.InfiniteTimeSpan, SmuxOptions.Bind(Read(("mux.keepaliveDisabled", true)), 1).KeepAliveInterval);

    [Theory]
    [InlineData("mux.type", "yamux")]
    [InlineData("mux.version", 3L)]
    [InlineData("mux.maxFrameSize", 65_536L)]
    [InlineData("mux.keepaliveTimeout", "1s")]
    [InlineData("mux.maxStreamBuffer", 5_000_000L)]
    public void Bind_UnusableValue_IsAFinding(string key, object value)
    {
        var metadata = Read((key, value));
        SmuxOptions.Bind(metadata, 1);
        Assert.Equal("/dialer/metadata/" + key, Assert.Single(metadata.Findings).Pointer);
    }

    private static MetadataReader Read(params (string Key, object Value)[] entries) =>
        new(new ConfigMap<object?>([.. entries.Select(static x => KeyValuePair.Create<string, object?>(x.Key, x.Value))]), "/dialer/metadata");
}

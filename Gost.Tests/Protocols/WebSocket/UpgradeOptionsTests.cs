using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.WebSocket;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

public sealed class UpgradeOptionsTests
{
    [Fact]
    public void Bind_NoKeys_GivesGostsDefaults()
    {
        var options = UpgradeOptions.Bind(Reader());

        Assert.Equal(("/ws", 0, TimeSpan.FromSeconds(1)), (options.Path, options.Headers.Count, options.Hold));
    }

    [Theory]
    [InlineData("path", "/a", "/a")]
    [InlineData("ws.path", "a", "/a")]
    [InlineData("path", "", "/ws")]
    [InlineData("path", "/ä?b", "/%C3%A4%3Fb")]
    [InlineData("path", "/a\r\nb", "/a%0D%0Ab")]
    public void Bind_Path_IsWrittenAsInARequest(string key, string value, string path) =>
        Assert.Equal(path, UpgradeOptions.Bind(Reader((key, value))).Path);

    [Theory]
    [InlineData("Upgrade", "h2c")]
    [InlineData("sec-websocket-key", "x")]
    [InlineData("Gost-Half-Close", "1")]
    [InlineData("a b", "x")]
    [InlineData("X", "a\r\nY: b")]
    public void Bind_HeaderThatCannotBeSent_IsAFinding(string name, string value)
    {
        var metadata = Reader(("header", Map((name, value))));

        UpgradeOptions.Bind(metadata);

        var finding = Assert.Single(metadata.Findings);
        Assert.Equal(($"/m/header/{name}", FindingSeverity.Error), (finding.Pointer, finding.Severity));
    }

    [Fact]
    public void Bind_HeaderThatIsNoMap_IsAFinding()
    {
        var metadata = Reader(("ws.header", "X: y"));

        UpgradeOptions.Bind(metadata);

        Assert.Equal("/m/ws.header", Assert.Single(metadata.Findings).Pointer);
    }

    [Fact]
    public void Bind_Compression_IsNotOfferedAndSaysSo()
    {
        var metadata = Reader(("enableCompression", true));

        UpgradeOptions.Bind(metadata);

        Assert.Equal(FindingSeverity.Warning, Assert.Single(metadata.Findings).Severity);
    }

    private static MetadataReader Reader(params (string Key, object? Value)[] items) => new(Map(items), "/m");

    private static ConfigMap<object?> Map(params (string Key, object? Value)[] items) =>
        new(items.Select(static x => KeyValuePair.Create(x.Key, x.Value)));
}

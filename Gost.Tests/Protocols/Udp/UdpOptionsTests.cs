using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Protocols.Udp;
using Xunit;

namespace Gost.Tests.Protocols.Udp;

public sealed class UdpOptionsTests
{
    [Fact]
    public void Udp_NothingGiven_HasGostsDefaults()
    {
        var options = UdpListenerOptions.Bind(Reader());
        Assert.Equal(
            new UdpSessionOptions { KeepAlive = false, Ttl = TimeSpan.FromSeconds(5), ReadBufferSize = 4096, ReadQueueSize = 128, Backlog = 128, Stateless = false },
            options);
    }

    [Fact]
    public void Rudp_NothingGiven_HasDefaultsOfItsOwn()
    {
        var options = RemoteUdpModule.BindOptions(Reader(("keepalive", false)));
        Assert.Equal(
            new UdpSessionOptions { KeepAlive = true, Ttl = TimeSpan.FromSeconds(5), ReadBufferSize = 8192, ReadQueueSize = 1024, Backlog = 128 },
            options);
    }

    [Theory]
    [InlineData("ttl", "readBufferSize", "readQueueSize")]
    [InlineData("keepalive.ttl", "udp.bufferSize", "recvQueueSize")]
    [InlineData("TTL", "READBUFFERSIZE", "RecvQueueSize")]
    public void Udp_Aliases_AreRead(string ttl, string buffer, string queue)
    {
        var reader = Reader((ttl, "30s"), (buffer, 65_507L), (queue, "256"), ("keepAlive", "true"), ("backlog", 64L), ("stateless", true));
        var options = UdpListenerOptions.Bind(reader);
        Assert.Equal(
            new UdpSessionOptions { KeepAlive = true, Ttl = TimeSpan.FromSeconds(30), ReadBufferSize = 65_507, ReadQueueSize = 256, Backlog = 64, Stateless = true },
            options);
        Assert.Empty(reader.Findings);
    }

    [Theory]
    [InlineData("readBufferSize", -1L)]
    [InlineData("readBufferSize", 1L << 30)]
    [InlineData("readQueueSize", -1L)]
    [InlineData("backlog", 1L << 40)]
    [InlineData("backlog", "many")]
    [InlineData("ttl", "1y")]
    [InlineData("ttl", "100000h")]
    [InlineData("keepalive.ttl", "721h")]
    public void Udp_UnusableValue_IsAFinding(string key, object value)
    {
        var reader = Reader((key, value));
        UdpListenerOptions.Bind(reader);
        var finding = Assert.Single(reader.Findings);
        Assert.Equal(FindingSeverity.Error, finding.Severity);
        Assert.Equal($"/listener/metadata/{key}", finding.Pointer);
    }

    [Theory]
    [InlineData("ttl", 0L)]
    [InlineData("ttl", "-3s")]
    [InlineData("readBufferSize", 0L)]
    public void Udp_Zero_MeansTheDefault(string key, object value) =>
        Assert.Equal(new UdpSessionOptions(), UdpListenerOptions.Bind(Reader((key, value))));

    [Theory]
    [InlineData("idleTimeout")]
    [InlineData("readTimeout")]
    public void Handler_TimeThatNoTimerWaits_IsAFindingOfItsKey(string key)
    {
        var reader = Reader((key, "721h"));
        UdpHandlerOptions.Bind(reader, mayBeStateless: true);
        var finding = Assert.Single(reader.Findings);
        Assert.Equal(($"/listener/metadata/{key}", $"{key} must be at most 720h, not \"721h\""), (finding.Pointer, finding.Message));
    }

    [Fact]
    public void Handler_Options_AreRead()
    {
        var reader = Reader(("idleTimeout", "1m"), ("readTimeout", 7L), ("stateless", true), ("bufferSize", 100L));
        Assert.Equal(
            new UdpHandlerOptions { IdleTimeout = TimeSpan.FromMinutes(1), ReadTimeout = TimeSpan.FromSeconds(7), Stateless = true, BufferSize = 100 },
            UdpHandlerOptions.Bind(reader, mayBeStateless: true));
        Assert.Equal(
            new UdpHandlerOptions { IdleTimeout = TimeSpan.FromMinutes(1), ReadTimeout = TimeSpan.FromSeconds(7) },
            UdpHandlerOptions.Bind(reader, mayBeStateless: false));
    }

    private static MetadataReader Reader(params (string Key, object? Value)[] entries) =>
        new(new ConfigMap<object?>(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value))), "/listener/metadata");
}

using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;
using Xunit;

namespace Gost.Tests.Api;

public sealed class KnownHostEndpointTests
{
    private static readonly KnownHost Host = new("192.168.1.2:22", "ssh-ed25519", "AAAA", DateTimeOffset.FromUnixTimeSeconds(1753340029));

    [Fact]
    public async Task List_ShowsHostsWithFingerprints()
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Keys.All.AddRange([Host, Host with { Host = "[2001:db8::1]:22" }]);

        var (status, body, _) = await host.GetAsync("/config/known-hosts?limit=1");

        Assert.Equal(200, status);
        Assert.Equal(2, (int)body["data"]!["count"]!);
        var shown = Assert.Single(body["data"]!["list"]!.AsArray())!;
        Assert.Equal(("192.168.1.2:22", "ssh-ed25519", Host.Fingerprint, 1753340029), ((string)shown["host"]!, (string)shown["algorithm"]!, (string)shown["fingerprint"]!, (long)shown["firstSeen"]!));
        Assert.StartsWith("SHA256:", Host.Fingerprint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_ForgetsTheHost_OnceOnly()
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Keys.All.AddRange([Host, Host with { Host = "[2001:db8::1]:22" }]);

        Assert.Equal(200, (await host.DeleteAsync("/config/known-hosts/192.168.1.2%3A22")).Status);
        Assert.Equal(200, (await host.DeleteAsync($"/config/known-hosts/{Uri.EscapeDataString("[2001:db8::1]:22")}")).Status);
        var (status, body, _) = await host.DeleteAsync("/config/known-hosts/192.168.1.2:22");
        Assert.Equal((404, 40004), (status, (int)body["code"]!));
        Assert.Empty(host.Engine.Keys.All);
    }

    [Theory]
    [InlineData(StoreError.ReadOnly, 503)]
    [InlineData(StoreError.DiskFull, 507)]
    public async Task Delete_WithAStoreThatCannotBeWritten_SaysSo(StoreError fault, int expected)
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Keys.All.Add(Host);
        host.Engine.Keys.Fault = fault;

        Assert.Equal(expected, (await host.DeleteAsync("/config/known-hosts/192.168.1.2:22")).Status);
        Assert.Single(host.Engine.Keys.All);
    }
}

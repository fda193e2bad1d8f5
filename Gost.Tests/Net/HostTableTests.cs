using System.Net;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Net;

public sealed class HostTableTests
{
    private readonly RoutingFixture _fixture = new();

    [Theory]
    [InlineData("exact.example.com", "10.0.0.1")]
    [InlineData("EXACT.example.com", "10.0.0.1")]
    [InlineData("alias", "10.0.0.1")]
    [InlineData("sub.example.com", "10.0.0.2")]
    [InlineData("a.b.example.com", "10.0.0.2")]
    [InlineData("example.com", "10.0.0.2")]
    [InlineData("x.deep.example.com", "10.0.0.3")]
    [InlineData("example.org", null)]
    [InlineData("10.9.9.9", null)]
    [InlineData("", null)]
    public async Task Find_Name_LongestWrittenFormWins(string host, string? expected)
    {
        await using var table = Compile(new HostsConfig
        {
            Mappings =
            [
                new HostMappingConfig { Ip = "10.0.0.1", Hostname = "exact.example.com", Aliases = ["alias"] },
                new HostMappingConfig { Ip = "10.0.0.2", Hostname = ".example.com" },
                new HostMappingConfig { Ip = "10.0.0.3", Hostname = ".deep.example.com" },
                new HostMappingConfig { Ip = "10.0.0.4", Hostname = "exact.example.com" },
            ],
        });

        Assert.Equal(expected, table.Find(host)?.ToString());
        Assert.Empty(_fixture.Findings);
    }

    [Fact]
    public async Task Find_Dot_CatchesEveryName()
    {
        await using var table = Compile(new HostsConfig { Mappings = [new HostMappingConfig { Ip = "fd00::1", Hostname = "." }] });

        Assert.Equal(IPAddress.Parse("fd00::1"), table.Find("any.thing"));
        Assert.Null(table.Find("10.0.0.1"));
    }

    [Fact]
    public void Compile_NoIp_IsAFinding()
    {
        _ = Compile(new HostsConfig { Mappings = [new HostMappingConfig { Ip = "nonsense", Hostname = "a" }] });

        Assert.Equal("/mappings/0/ip", Assert.Single(_fixture.Findings).Pointer);
    }

    [Fact]
    public async Task Find_File_IsReadAgain()
    {
        using TempFolder folder = new();
        var path = folder.Write("hosts", "# comment\n127.0.0.1 a b # c\n\nnonsense d\n");
        await using var table = Compile(new HostsConfig
        {
            File = new FileSourceConfig { Path = path },
            Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(5)),
        });
        Assert.Equal(IPAddress.Loopback, table.Find("b"));
        Assert.Null(table.Find("c"));

        folder.Write("hosts", "127.0.0.2 b\n");
        _fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(IPAddress.Parse("127.0.0.2"), table.Find("b"));
        Assert.Null(table.Find("a"));

        File.Delete(path);
        _fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(IPAddress.Parse("127.0.0.2"), table.Find("b"));
    }

    [Fact]
    public async Task Dispose_FileWithReload_StopsReading()
    {
        using TempFolder folder = new();
        var path = folder.Write("hosts", "127.0.0.1 a\n");
        var table = Compile(new HostsConfig { File = new FileSourceConfig { Path = path }, Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(1)) });

        await table.DisposeAsync();
        folder.Write("hosts", "127.0.0.2 a\n");
        _fixture.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(IPAddress.Loopback, table.Find("a"));
    }

    private HostTable Compile(HostsConfig config) => HostTable.Compile(config, _fixture.Engine, _fixture.Findings);
}

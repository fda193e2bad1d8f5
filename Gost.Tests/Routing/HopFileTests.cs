using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Routing;

public sealed class HopFileTests : IDisposable
{
    private readonly RoutingFixture _fixture = new();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_AddsItsNodes_AndIsReadAgain()
    {
        var path = _folder.Write("nodes.json", Json("b"));
        await using var hop = Compile(path);
        Assert.Equal(["a", "b"], Names(hop));
        hop.Nodes[0].Marker.MarkFailure();
        var marker = hop.Nodes[1].Marker;

        _folder.Write("nodes.json", Json("b", "c"));
        _fixture.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["a", "b", "c"], Names(hop));
        Assert.Equal(1, hop.Nodes[0].Marker.Fails);
        Assert.Same(marker, hop.Nodes[1].Marker);
        Assert.Null(hop.FileWarning);
        Assert.Equal("b", hop.Select(new RouteQuery(TargetNetwork.Tcp, null, null))?.Name);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""[{"name":"x","addr":"nonsense:nonsense"}]""")]
    [InlineData("""[{"name":"x","addr":"x:1","matcher":{"rule":"Nope("}}]""")]
    [InlineData("""[{"name":"x","adr":"x:1"}]""")]
    public async Task File_ThatCannotBeUsed_KeepsWhatWasReadLast(string text)
    {
        var path = _folder.Write("nodes.json", Json("b"));
        await using var hop = Compile(path);

        _folder.Write("nodes.json", text);
        _fixture.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["a", "b"], Names(hop));
        Assert.EndsWith("; what was read before stays in force", hop.FileWarning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_ThatIsNotThere_LeavesTheListedNodesAndWarns()
    {
        List<Finding> findings = [];
        await using var hop = Compile(_folder.File("none"), findings);

        Assert.Equal(["a"], Names(hop));
        Assert.Equal(("/file/path", FindingSeverity.Warning), (Assert.Single(findings).Pointer, findings[0].Severity));
    }

    private static string Json(params string[] names) => $"[{string.Join(',', names.Select(static x =>
        $$$"""{"name":"{{{x}}}","addr":"{{{x}}}:1","connector":{"type":"scripted"},"dialer":{"type":"scripted"}}"""))}]";

    private static IEnumerable<string> Names(Hop hop) => hop.Nodes.Select(static x => x.Name);

    private Hop Compile(string path, List<Finding>? findings = null)
    {
        HopConfig config = new()
        {
            Name = "h",
            Nodes = [RoutingFixture.ScriptedNode("a", "a:1")],
            File = new FileSourceConfig { Path = path },
            Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(5)),
        };
        return Hop.Compile(config, _fixture.Engine, findings ?? []);
    }
}

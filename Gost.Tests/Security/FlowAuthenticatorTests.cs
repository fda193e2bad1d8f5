using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Security;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Security;

public sealed class FlowAuthenticatorTests
{
    private readonly RoutingFixture _fixture = new();

    [Fact]
    public void Authenticate_NothingConfigured_IsOpen()
    {
        var open = FlowAuthenticator.Build(new HandlerConfig { Type = "http" }, _fixture.Engine);
        Assert.True(open.IsOpen);
        Assert.True(open.Authenticate("anybody", ""));
        Assert.True(FlowAuthenticator.Build(new HandlerConfig { Auth = new AuthConfig() }, _fixture.Engine).IsOpen);
    }

    [Fact]
    public void Authenticate_InlineAuth_AcceptsItsPairOnly()
    {
        var asks = FlowAuthenticator.Build(new HandlerConfig { Auth = new AuthConfig { Username = "u", Password = "p" } }, _fixture.Engine);
        Assert.False(asks.IsOpen);
        Assert.True(asks.Authenticate("u", "p"));
        Assert.False(asks.Authenticate("u", "q"));
        Assert.False(asks.Authenticate("", ""));
    }

    [Fact]
    public async Task Authenticate_AnAutherWithAFile_FollowsChangesOfFileAndObject()
    {
        using TempFolder folder = new();
        var path = folder.Write("users", "alice one\n");
        var asks = FlowAuthenticator.Build(new HandlerConfig { Auther = "a", Authers = ["b"] }, _fixture.Engine);
        Assert.False(asks.IsOpen);
        Assert.False(asks.Authenticate("alice", "one"));

        await using var auther = Auther.Compile(
            new AutherConfig { Name = "b", File = new FileSourceConfig { Path = path }, Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(5)) },
            _fixture.Engine,
            _fixture.Findings);
        _fixture.Engine.Objects.Authers.Get("b").Exchange(auther);
        Assert.True(asks.Authenticate("alice", "one"));

        folder.Write("users", "alice two\n");
        _fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(asks.Authenticate("alice", "one"));
        Assert.True(asks.Authenticate("alice", "two"));

        _fixture.Engine.Objects.Authers.Get("b").Exchange(null);
        Assert.False(asks.Authenticate("alice", "two"));
    }
}

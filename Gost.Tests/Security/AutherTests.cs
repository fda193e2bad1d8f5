using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Security;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Security;

public sealed class AutherTests
{
    private readonly RoutingFixture _fixture = new();

    [Theory]
    [InlineData("alice", "secret", true)]
    [InlineData("alice", "Secret", false)]
    [InlineData("alice", "", false)]
    [InlineData("Alice", "secret", false)]
    [InlineData("bob", "anything", true)]
    [InlineData("bob", "", true)]
    [InlineData("carol", "secret", false)]
    [InlineData("", "", false)]
    [InlineData("", "nameless", false)]
    public async Task Authenticate_InlineEntries_FollowTheRules(string user, string password, bool expected)
    {
        await using var auther = Compile(new AutherConfig
        {
            Auths =
            [
                new AuthConfig { Username = "alice", Password = "secret" },
                new AuthConfig { Username = "bob" },
                new AuthConfig { Password = "nameless" },
            ],
        });

        Assert.Equal(expected, auther.Authenticate(user, password));
    }

    [Fact]
    public async Task Authenticate_NoEntries_AcceptsNobody()
    {
        await using var auther = Compile(new AutherConfig());

        Assert.False(auther.Authenticate("", ""));
        Assert.False(auther.Authenticate("a", "b"));
    }

    [Fact]
    public async Task Authenticate_FileEntries_AreReadAgain()
    {
        using TempFolder folder = new();
        var path = folder.Write("users", "# users\nalice  one \nbob p#ss word # bob's\ncarol\n");
        await using var auther = Compile(new AutherConfig
        {
            Auths = [new AuthConfig { Username = "alice", Password = "inline" }],
            File = new FileSourceConfig { Path = path },
            Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(10)),
        });
        Assert.True(auther.Authenticate("alice", "one"));
        Assert.False(auther.Authenticate("alice", "inline"));
        Assert.True(auther.Authenticate("bob", "p#ss word"));
        Assert.True(auther.Authenticate("carol", "any"));

        folder.Write("users", "bob two\n");
        Assert.True(auther.Authenticate("alice", "one"));
        _fixture.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.True(auther.Authenticate("alice", "inline"));
        Assert.True(auther.Authenticate("bob", "two"));
        Assert.False(auther.Authenticate("carol", "any"));
    }

    [Fact]
    public async Task Compile_MissingFile_WarnsAndKnowsNobodyUntilItIsThere()
    {
        using TempFolder folder = new();
        await using var auther = Compile(new AutherConfig
        {
            File = new FileSourceConfig { Path = folder.File("users") },
            Reload = new GoDuration(1_000_000),
        });
        Assert.Equal((FindingSeverity.Warning, "/file/path"), (Assert.Single(_fixture.Findings).Severity, _fixture.Findings[0].Pointer));
        Assert.False(auther.Authenticate("a", "b"));

        folder.Write("users", "a b\n");
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(auther.Authenticate("a", "b"));
    }

    [Fact]
    public async Task Compile_EntryWithFile_TakesItsFirstLine()
    {
        using TempFolder folder = new();
        await using var auther = Compile(new AutherConfig { Auths = [new AuthConfig { File = folder.Write("one", "# x\nalice secret\nbob two\n") }] });

        Assert.True(auther.Authenticate("alice", "secret"));
        Assert.False(auther.Authenticate("bob", "two"));
    }

    private Auther Compile(AutherConfig config) => Auther.Compile(config, _fixture.Engine, _fixture.Findings);
}

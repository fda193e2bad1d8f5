using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Config.Validation;

public sealed class OpenProxyAspectTests
{
    private static readonly AuthConfig Credentials = new() { Username = "u", Password = "p" };

    [Theory]
    [InlineData("socks5", ":1080", true)]
    [InlineData("socks5", "", true)]
    [InlineData("http", "0.0.0.0:8080", true)]
    [InlineData("relay", "[::]:8421", true)]
    [InlineData("", "192.0.2.1:8080", true)]
    [InlineData("socks4", "127.0.0.1:1080", false)]
    [InlineData("auto", "[::1]:1080", false)]
    [InlineData("http", "localhost:1080", false)]
    [InlineData("http", "/run/proxy.sock", false)]
    [InlineData("tcp", ":1080", false)]
    [InlineData("forward", ":1080", false)]
    public void Validate_AProxyWithoutCredentials_IsWarnedAboutOffLoopback(string type, string addr, bool isOpen)
    {
        Assert.Equal(isOpen, IsWarned(Service(type, addr)));
    }

    [Fact]
    public void Validate_AProxyThatAsksOrIsClosedOtherwise_IsNotWarnedAbout()
    {
        var service = Service("relay", ":1080");
        Assert.False(IsWarned(service with { Handler = new HandlerConfig { Type = "relay", Auth = Credentials } }));
        Assert.False(IsWarned(service with { Handler = new HandlerConfig { Type = "relay", Auther = "a" } }));
        Assert.False(IsWarned(service with { Handler = new HandlerConfig { Type = "relay", Authers = ["a"] } }));
        Assert.False(IsWarned(service with { Admission = "a" }));
        Assert.False(IsWarned(service with { Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = "a:1" }] } }));
        Assert.True(IsWarned(service with { Handler = new HandlerConfig { Type = "relay", Auth = new AuthConfig() } }));
    }

    private static ServiceConfig Service(string type, string addr) => new()
    {
        Name = "s",
        Addr = addr,
        Handler = new HandlerConfig { Type = type },
        Listener = new ListenerConfig { Type = "tcp" },
    };

    private static bool IsWarned(ServiceConfig service)
    {
        IReadOnlyDictionary<string, ActingMembers> handlers = PlainTypes.Named("socks4", "socks5", "http", "relay", "auto", "tcp", "forward")
            .ToDictionary(static x => x.Key, static _ => ActingMembers.Auth);
        ValidationContext context = new(new SupportedTypes(PlainTypes.Named("tcp"), handlers, PlainTypes.Named(), PlainTypes.Named()), null, FilesRestricted: false);
        return ConfigValidator.ValidateObject(ConfigKind.Services, service, context)
            .Any(static x => x.Severity == FindingSeverity.Warning && OpenProxyAspect.IsMeant(x.Message));
    }
}

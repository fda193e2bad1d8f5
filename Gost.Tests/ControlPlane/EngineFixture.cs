using Gost.Engine;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>An engine over fake listeners and a fake store.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    public EngineFixture() => Engine = new EngineHost(Store, TestLane.Options(), new ProtocolCatalog([Network]), NullLoggerFactory.Instance, Time);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public FakeStore Store { get; } = new();

    public FakeNetwork Network { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public EngineHost Engine { get; }

    public IControlPlane Control => Engine.ControlPlane;

    public static async Task<EngineFixture> StartAsync(params ServiceConfig[] services)
    {
        EngineFixture fixture = new();
        await fixture.Engine.StartAsync(null, Token);
        foreach (var service in services)
        {
            await fixture.ApplyAsync(new CreateObject(ConfigKind.Services, service));
        }

        return fixture;
    }

    public static CreateObject Create(string name, string addr) => new(ConfigKind.Services, Service(name, addr));

    public static ReplaceObject Replace(string name, string addr, string target = "127.0.0.1:1") =>
        new(ConfigKind.Services, name, Service("other", addr, target));

    public static ServiceConfig Service(string name, string addr, string target = "127.0.0.1:1") => new()
    {
        Name = name,
        Addr = addr,
        Handler = new HandlerConfig { Type = "tcp" },
        Listener = new ListenerConfig { Type = "tcp" },
        Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "target-0", Addr = target }] },
    };

    /// <summary>A change that must work.</summary>
    public async Task<ChangeApplied> ApplyAsync(ChangeRequest request)
    {
        var result = await Control.ApplyAsync(request, Token);
        return result as ChangeApplied ?? throw new InvalidOperationException(result.ToString());
    }

    /// <summary>A change that must be refused.</summary>
    public async Task<ChangeRefused> RefuseAsync(ChangeRequest request) => Assert.IsType<ChangeRefused>(await Control.ApplyAsync(request, Token));

    public ServiceStatus Status(string service) => Control.GetStatus(service) ?? throw new InvalidOperationException($"no service {service}");

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;

namespace Gost.Tests.Api;

/// <summary>Keys of SSH servers in memory, which fail when told to.</summary>
internal sealed class FakeHostKeys : IHostKeys
{
    public List<KnownHost> All { get; } = [];

    public StoreError? Fault { get; set; }

    public IReadOnlyList<KnownHost> Known => All;

    public ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken) =>
        Fault is { } fault ? throw new StoreException(fault, $"the store: {fault}") : new(All.RemoveAll(x => x.Host == host) > 0);
}

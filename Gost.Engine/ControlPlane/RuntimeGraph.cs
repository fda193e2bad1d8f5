using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gost.Engine.Runtime;

namespace Gost.Engine.ControlPlane;

/// <summary>The services that run or ran. The control plane is the one writer; any thread reads.</summary>
internal sealed class RuntimeGraph
{
    private readonly ConcurrentDictionary<string, ServiceRuntime> _services = new(StringComparer.Ordinal);
    private ImmutableArray<ServiceRuntime> _removed = [];

    /// <summary>The services in force.</summary>
    public IEnumerable<ServiceRuntime> Services => _services.Values;

    /// <summary>The services in force and those removed ones that still have flows.</summary>
    public ImmutableArray<ServiceRuntime> All => [.. _services.Values, .. _removed];

    public ServiceRuntime? Find(string name) => _services.GetValueOrDefault(name);

    public void Set(ServiceRuntime service) => _services[service.Name] = service;

    /// <summary>Takes a service out; it is remembered while flows of it live.</summary>
    public void Remove(ServiceRuntime service)
    {
        _services.TryRemove(KeyValuePair.Create(service.Name, service));
        _removed = [.. _removed.Where(static x => x.Connections.Count > 0), service];
    }
}

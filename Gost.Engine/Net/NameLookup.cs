using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net.NameServers;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>
/// How a service or node finds addresses: its hosts, then its resolver, then the system. Both are looked up at each use; one that is missing is
/// skipped. Immutable. Source: spec/config.md section 9.
/// </summary>
internal sealed class NameLookup
{
    private readonly NamedRef<HostTable>? _hosts;
    private readonly NamedRef<DnsResolver>? _resolver;

    private NameLookup(NamedRef<HostTable>? hosts, NamedRef<DnsResolver>? resolver) => (_hosts, _resolver) = (hosts, resolver);

    /// <summary>The system alone.</summary>
    public static NameLookup System { get; } = new(null, null);

    /// <summary>By the names of the objects, empty = none.</summary>
    public static NameLookup Of(string hosts, string resolver, EngineServices engine) => hosts.Length + resolver.Length == 0
        ? System
        : new NameLookup(
            hosts.Length == 0 ? null : engine.Objects.Hosts.Get(hosts),
            resolver.Length == 0 ? null : engine.Objects.Resolvers.Get(resolver));

    /// <summary>All addresses of a host in the order to try them, none is empty; the array is not to be changed. Throws <see cref="FlowException"/> (resolve).</summary>
    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var mapped = _hosts?.Current?.Find(host) is { } address ? address.ToString() : host;
        return Asked(mapped) is { } resolver ? resolver.ResolveAsync(mapped, cancellationToken) : Resolver.ResolveAsync(mapped, cancellationToken);
    }

    /// <summary>The target as it is to be asked of a far end: with the address that hosts or a resolver give its name, else as it is.</summary>
    public ValueTask<Target> MapAsync(Target target, CancellationToken cancellationToken)
    {
        if (target.Network == TargetNetwork.Unix || target.Host.Length == 0)
        {
            return new ValueTask<Target>(target);
        }

        if (_hosts?.Current?.Find(target.Host) is { } address)
        {
            return new ValueTask<Target>(target with { Host = address.ToString() });
        }

        return Asked(target.Host) is { } resolver ? AskAsync(resolver, target, cancellationToken) : new ValueTask<Target>(target);
    }

    private static async ValueTask<Target> AskAsync(DnsResolver resolver, Target target, CancellationToken cancellationToken) =>
        target with { Host = (await resolver.ResolveAsync(target.Host, cancellationToken))[0].ToString() };

    /// <summary>The resolver that is to be asked for a name; null where there is none, or nothing to ask.</summary>
    private DnsResolver? Asked(string host) =>
        _resolver?.Current is { CanAsk: true } resolver
        && host.Length > 0
        && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !IPAddress.TryParse(host, out _)
            ? resolver
            : null;
}

using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Finds the names that objects use of each other.</summary>
internal static class References
{
    /// <summary>The references of an object, empty names left out.</summary>
    public static IEnumerable<Reference> Of(NamedConfig config) => (config switch
    {
        ServiceConfig service => OfService(service),
        ChainConfig chain => chain.Hops.SelectMany(static (x, i) => OfHop(x, $"/hops/{i}", isInChain: true)),
        HopConfig hop => OfHop(hop, "", isInChain: false),
        ResolverConfig resolver => resolver.Nameservers.Select(static (x, i) => new Reference($"/nameservers/{i}/chain", ConfigKind.Chains, x.Chain)),
        _ => [],
    }).Where(static x => x.Name.Length > 0);

    private static IEnumerable<Reference> OfService(ServiceConfig service)
    {
        yield return new("/admission", ConfigKind.Admissions, service.Admission);
        yield return new("/bypass", ConfigKind.Bypasses, service.Bypass);
        yield return new("/resolver", ConfigKind.Resolvers, service.Resolver);
        yield return new("/hosts", ConfigKind.Hosts, service.Hosts);
        yield return new("/limiter", ConfigKind.Limiters, service.Limiter);
        yield return new("/climiter", ConfigKind.CLimiters, service.CLimiter);
        yield return new("/rlimiter", ConfigKind.RLimiters, service.RLimiter);
        yield return new("/logger", ConfigKind.Loggers, service.Logger);
        yield return new("/observer", ConfigKind.Observers, service.Observer);
        yield return new("/rewriter", ConfigKind.Rewriters, service.Rewriter);
        yield return new("/cache", ConfigKind.Caches, service.Cache);
        foreach (var reference in OfList("/admissions", ConfigKind.Admissions, service.Admissions)
            .Concat(OfList("/bypasses", ConfigKind.Bypasses, service.Bypasses))
            .Concat(OfList("/quotas", ConfigKind.Quotas, service.Quotas))
            .Concat(OfList("/loggers", ConfigKind.Loggers, service.Loggers))
            .Concat(service.Recorders.Select(static (x, i) => new Reference($"/recorders/{i}/name", ConfigKind.Recorders, x.Name))))
        {
            yield return reference;
        }

        if (service.Handler is { } handler)
        {
            yield return new("/handler/chain", ConfigKind.Chains, handler.Chain);
            yield return new("/handler/auther", ConfigKind.Authers, handler.Auther);
            yield return new("/handler/limiter", ConfigKind.Limiters, handler.Limiter);
            yield return new("/handler/observer", ConfigKind.Observers, handler.Observer);
            foreach (var reference in OfGroup("/handler/chainGroup", handler.ChainGroup)
                .Concat(OfList("/handler/authers", ConfigKind.Authers, handler.Authers)))
            {
                yield return reference;
            }
        }

        if (service.Listener is { } listener)
        {
            yield return new("/listener/chain", ConfigKind.Chains, listener.Chain);
            yield return new("/listener/auther", ConfigKind.Authers, listener.Auther);
            foreach (var reference in OfGroup("/listener/chainGroup", listener.ChainGroup)
                .Concat(OfList("/listener/authers", ConfigKind.Authers, listener.Authers)))
            {
                yield return reference;
            }
        }

        if (service.Forwarder is { } forwarder)
        {
            // The name is the deprecated alias of the hop.
            yield return forwarder.Hop.Length > 0
                ? new("/forwarder/hop", ConfigKind.Hops, forwarder.Hop)
                : new("/forwarder/name", ConfigKind.Hops, forwarder.Name);
            for (var i = 0; i < forwarder.HopGroup?.Hops.Count; i++)
            {
                yield return new($"/forwarder/hopGroup/hops/{i}/hop", ConfigKind.Hops, forwarder.HopGroup.Hops[i].Hop);
            }

            for (var i = 0; i < forwarder.Nodes.Count; i++)
            {
                yield return new($"/forwarder/nodes/{i}/bypass", ConfigKind.Bypasses, forwarder.Nodes[i].Bypass);
            }
        }
    }

    private static IEnumerable<Reference> OfHop(HopConfig hop, string pointer, bool isInChain)
    {
        if (isInChain && ChainAspect.IsReference(hop))
        {
            yield return new(pointer + "/name", ConfigKind.Hops, hop.Name);
        }

        yield return new(pointer + "/bypass", ConfigKind.Bypasses, hop.Bypass);
        yield return new(pointer + "/resolver", ConfigKind.Resolvers, hop.Resolver);
        yield return new(pointer + "/hosts", ConfigKind.Hosts, hop.Hosts);
        foreach (var reference in OfList(pointer + "/bypasses", ConfigKind.Bypasses, hop.Bypasses))
        {
            yield return reference;
        }

        for (var i = 0; i < hop.Nodes.Count; i++)
        {
            yield return new($"{pointer}/nodes/{i}/bypass", ConfigKind.Bypasses, hop.Nodes[i].Bypass);
            yield return new($"{pointer}/nodes/{i}/resolver", ConfigKind.Resolvers, hop.Nodes[i].Resolver);
            yield return new($"{pointer}/nodes/{i}/hosts", ConfigKind.Hosts, hop.Nodes[i].Hosts);
        }
    }

    private static IEnumerable<Reference> OfGroup(string pointer, ChainGroupConfig? group) =>
        (group?.Chains ?? []).Select((x, i) => new Reference($"{pointer}/chains/{i}/chain", ConfigKind.Chains, x.Chain));

    private static IEnumerable<Reference> OfList(string pointer, ConfigKind kind, IEnumerable<string> names) =>
        names.Select((x, i) => new Reference($"{pointer}/{i}", kind, x));
}

using System.Collections.Immutable;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Runtime;

namespace Gost.Engine.ControlPlane;

/// <summary>The names that a service acts by and that lead nowhere, as its status shows them. Names that have no effect are not among them.</summary>
internal sealed class MissingNames(EngineServices engine)
{
    private const string Refused = "connections are refused";
    private const string OthersOfGroup = "the others of its group are used";
    private const string Nobody = "nobody is admitted";
    private const string WithoutIt = "names are resolved without it";

    /// <summary>One text for each name.</summary>
    public IEnumerable<string> Of(ServiceConfig service, DesiredState state) => Chains(service, state)
        .Concat(Hops(service, state))
        .Concat(Authers(service, state))
        .Concat(service.Admissions.Prepend(service.Admission).SelectMany(x => AnyOf(state, ConfigKind.Admissions, [x], Nobody, Nobody)))
        .Concat(AnyOf(state, ConfigKind.Hosts, [service.Hosts], WithoutIt, WithoutIt))
        .Concat(AnyOf(state, ConfigKind.Resolvers, [service.Resolver], WithoutIt, WithoutIt))
        .Distinct(StringComparer.Ordinal);

    // Which chains act, and how, is the router's rule.
    private IEnumerable<string> Chains(ServiceConfig service, DesiredState state)
    {
        MetadataReader metadata = new(service.Metadata, "/metadata");
        if (metadata.GetBool(false, "ignoreChain"))
        {
            return [];
        }

        var direct = metadata.GetBool(engine.Options.DirectFallback, "compat.directFallback");
        var none = direct ? "connections go direct (compat.directFallback)" : Refused;
        var ofHandler = Names(service.Handler?.Chain, service.Handler?.ChainGroup);
        var ofListener = Names(service.Listener?.Chain, service.Listener?.ChainGroup);
        if (ServiceFacts.BindsRemotely(service))
        {
            return AnyOf(state, ConfigKind.Chains, ofHandler, OthersOfGroup, none).Concat(AnyOf(state, ConfigKind.Chains, ofListener, OthersOfGroup, Refused));
        }

        var handlerHasChain = service.Handler is { Chain.Length: > 0 } or { ChainGroup: not null };
        return AnyOf(state, ConfigKind.Chains, handlerHasChain ? ofHandler : ofListener, OthersOfGroup, none);
    }

    private static IEnumerable<string> Hops(ServiceConfig service, DesiredState state) => service.Forwarder switch
    {
        null => [],
        { HopGroup: { Hops.Count: > 0 } group } => AnyOf(state, ConfigKind.Hops, group.Hops.Select(static x => x.Hop), OthersOfGroup, Refused),
        var forwarder => AnyOf(state, ConfigKind.Hops, [forwarder.Hop.Length > 0 ? forwarder.Hop : forwarder.Name], OthersOfGroup, Refused),
    };

    private IEnumerable<string> Authers(ServiceConfig service, DesiredState state)
    {
        var type = service.Handler?.Type is { Length: > 0 } written ? written : "auto";
        return service.Handler is { } handler && engine.Catalog.Supported.Handlers.GetValueOrDefault(type).HasFlag(ActingMembers.Auth)
            ? AnyOf(state, ConfigKind.Authers, handler.Authers.Prepend(handler.Auther), "only users of the others are allowed", "nobody is allowed")
            : [];
    }

    private static IEnumerable<string> Names(string? chain, ChainGroupConfig? group) => (group?.Chains ?? []).Select(static x => x.Chain).Prepend(chain ?? "");

    // Any one of the names will do.
    private static IEnumerable<string> AnyOf(DesiredState state, ConfigKind kind, IEnumerable<string> names, string someMissing, string allMissing)
    {
        ImmutableArray<string> all = [.. names.Where(static x => x.Length > 0)];
        ImmutableArray<string> missing = [.. all.Where(x => state.Find(kind, x) is null)];
        return missing.Select(x => $"{kind.Noun} {x} does not exist: {(missing.Length == all.Length ? allMissing : someMissing)}");
    }
}

using System.Collections.Immutable;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.ControlPlane;

namespace Gost.Engine.Config.Validation;

/// <summary>Judges what was read: objects by themselves, documents, and a whole state for what holds between objects.</summary>
internal static class ConfigValidator
{
    // Stateless, so one instance serves every engine of the process.
    private static readonly ImmutableArray<IAspect> Aspects =
    [
        new NameAspect(), new TypeAspect(), new AddressAspect(), new ForwarderAspect(), new ProtectionAspect(), new CommandAspect(),
        new InertAspect(), new ChainAspect(), new HopAspect(), new AdmissionAspect(), new AutherAspect(), new HostsAspect(), new ResolverAspect(),
        new KindAspect(), new FileAspect(), new OpenProxyAspect(),
    ];

    /// <summary>Findings of one object by itself; pointers are relative to it. Errors first.</summary>
    public static ImmutableArray<Finding> ValidateObject(ConfigKind kind, NamedConfig config, ValidationContext context)
    {
        if (config.GetType() != kind.RecordType)
        {
            throw new ArgumentException($"{config.GetType().Name} is no record of kind {kind}", nameof(config));
        }

        List<Finding> findings = [];
        foreach (var aspect in Aspects)
        {
            aspect.Run(config, context, findings);
        }

        return [.. findings.OrderBy(static x => x.Severity)];
    }

    /// <summary>
    /// Findings of every object of a document and of doubled names; pointers are relative to the document. What holds between
    /// objects is for <see cref="ValidateState"/>.
    /// </summary>
    public static ImmutableArray<Finding> ValidateDocument(GostConfig document, ValidationContext context)
    {
        FindingList findings = new();
        foreach (var kind in ConfigKind.All)
        {
            HashSet<string> names = new(StringComparer.Ordinal);
            var i = 0;
            foreach (var config in kind.Read(document))
            {
                var pointer = $"/{kind.Name}/{i++}";
                foreach (var finding in ValidateObject(kind, config, context))
                {
                    findings.Add(finding with { Pointer = pointer + finding.Pointer });
                }

                // Names are taken without the blanks around them.
                var name = config.Name.Trim();
                if (name.Length > 0 && !names.Add(name))
                {
                    findings.Add(new Finding(pointer + "/name", $"{kind.Noun} {JsonPointer.Shorten(name)} is there twice; names are unique within a kind"));
                }
            }
        }

        CheckSingletons(document, context, findings);
        return [.. findings.ToImmutable().OrderBy(static x => x.Severity)];
    }

    /// <summary>
    /// Findings between the objects of a state that concern changed ones: services that want one port (errors), names of objects that do not exist
    /// (warnings, for the changed object that uses the name, and for an object that is gone while others go on using its name). Costs what the change
    /// touches. Pointers are relative to the object of the key.
    /// </summary>
    public static ImmutableArray<(ObjectKey Key, Finding Finding)> ValidateState(DesiredState candidate, IReadOnlySet<ObjectKey> changed) =>
        [.. PortClashes(candidate, changed), .. MissingNames(candidate, changed)];

    // Services clash only with others at the same port, so that the ports of changed services are all that has to be looked at.
    private static IEnumerable<(ObjectKey Key, Finding Finding)> PortClashes(DesiredState candidate, IReadOnlySet<ObjectKey> changed)
    {
        HashSet<PortPlace> places = [];
        foreach (var key in changed)
        {
            if (candidate.Objects.TryGetValue(key, out var value) && value.Config is ServiceConfig service && PortTable.PlaceOf(service) is { } place)
            {
                places.Add(place);
            }
        }

        List<(long Ordinal, ObjectKey Key, Finding Finding)> clashes = [];
        foreach (var place in places)
        {
            PortTable ports = new();
            foreach (var item in candidate.Index.AtPort(place))
            {
                var service = (ServiceConfig)item.Config;
                if (ports.Add(service) is not { } other)
                {
                    continue;
                }

                // The changed one of the two is told; the later one when both are.
                ObjectKey otherKey = new(ConfigKind.Services, other.Name);
                if (changed.Contains(item.Key))
                {
                    clashes.Add((item.Ordinal, item.Key, Clash(service, other)));
                }
                else if (changed.Contains(otherKey))
                {
                    clashes.Add((item.Ordinal, otherKey, Clash(other, service)));
                }
            }
        }

        return clashes.OrderBy(static x => x.Ordinal).Select(static x => (x.Key, x.Finding));
    }

    private static Finding Clash(ServiceConfig service, ServiceConfig other) => new(
        "/addr",
        $"the address {service.Addr} ({ServiceFacts.LocalTransport(service)}) is taken by service {other.Name} ({other.Addr})");

    private static IEnumerable<(ObjectKey Key, Finding Finding)> MissingNames(DesiredState candidate, IReadOnlySet<ObjectKey> changed)
    {
        HashSet<ObjectKey> affected = [];
        foreach (var key in changed)
        {
            if (candidate.Objects.ContainsKey(key))
            {
                affected.Add(key);
            }
            else
            {
                affected.UnionWith(candidate.Index.UsersOf(key));
            }
        }

        var items = affected.Select(x => candidate.Objects[x]).OrderBy(static x => ConfigKind.All.IndexOf(x.Kind)).ThenBy(static x => x.Ordinal);
        foreach (var item in items)
        {
            foreach (var reference in References.Of(item.Config))
            {
                if (candidate.Find(reference.Kind, reference.Name) is not null)
                {
                    continue;
                }

                if (changed.Contains(item.Key))
                {
                    yield return (item.Key, new Finding(reference.Pointer, reference.Missing, FindingSeverity.Warning));
                }
                else if (changed.Contains(reference.Key))
                {
                    // It was removed while others go on using its name.
                    var message = $"{item.Kind.Noun} {item.Config.Name} still uses {reference.Kind.Noun} {JsonPointer.Shorten(reference.Name)}: {reference.Effect}";
                    yield return (reference.Key, new Finding("", message, FindingSeverity.Warning));
                }
            }
        }
    }

    private static void CheckSingletons(GostConfig document, ValidationContext context, FindingList findings)
    {
        if (document.Tls is not null && !context.Supported.SpeakTls)
        {
            findings.Add(new Finding("/tls", "tls is kept but has no effect yet: no type of this build speaks TLS", FindingSeverity.Warning));
        }

        if (document.Tls is { } settings)
        {
            TlsPartRules.CheckServer(settings, "/tls", (pointer, message, _) => findings.Add(new Finding(pointer, message, FindingSeverity.Warning)));
        }

        if (document.Profiling is not null && !context.FilesRestricted)
        {
            findings.Add(new Finding("/profiling", "profiling is kept but has no effect", FindingSeverity.Warning));
        }

        if (!context.FilesRestricted)
        {
            return;
        }

        if (document.Tls is { } tls)
        {
            FileAspect.Walk(tls, "/tls", context, (pointer, message) => findings.Add(new Finding(pointer, message)));
        }

        // An import must not take away the API's own password (contract.md, Import).
        foreach (var (member, value) in new (string, object?)[]
        {
            ("log", document.Log), ("profiling", document.Profiling), ("api", document.Api), ("metrics", document.Metrics),
        })
        {
            if (value is not null)
            {
                findings.Add(new Finding($"/{member}", $"{member} is kept and exported but not applied by an import", FindingSeverity.Warning));
            }
        }
    }
}

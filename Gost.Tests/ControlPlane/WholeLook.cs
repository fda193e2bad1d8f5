using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Validation;
using Gost.Engine.ControlPlane;

namespace Gost.Tests.ControlPlane;

/// <summary>The findings between the objects of a state, by a look at every object: what the quick way is compared with.</summary>
internal static class WholeLook
{
    public static List<(ObjectKey Key, Finding Finding)> At(DesiredState state, HashSet<ObjectKey> changed)
    {
        List<(ObjectKey, Finding)> findings = [];
        PortTable ports = new();
        foreach (var item in InOrder(state, ConfigKind.Services))
        {
            var service = (ServiceConfig)item.Config;
            if (ports.Add(service) is not { } other)
            {
                continue;
            }

            ObjectKey otherKey = new(ConfigKind.Services, other.Name);
            if (changed.Contains(item.Key))
            {
                findings.Add((item.Key, Clash(service, other)));
            }
            else if (changed.Contains(otherKey))
            {
                findings.Add((otherKey, Clash(other, service)));
            }
        }

        foreach (var item in ConfigKind.All.SelectMany(x => InOrder(state, x)))
        {
            foreach (var reference in References.Of(item.Config).Where(x => state.Find(x.Kind, x.Name) is null))
            {
                if (changed.Contains(item.Key))
                {
                    findings.Add((item.Key, new Finding(reference.Pointer, reference.Missing, FindingSeverity.Warning)));
                }
                else if (changed.Contains(reference.Key))
                {
                    var text = $"{item.Kind.Noun} {item.Config.Name} still uses {reference.Kind.Noun} {JsonPointer.Shorten(reference.Name)}: {reference.Effect}";
                    findings.Add((reference.Key, new Finding("", text, FindingSeverity.Warning)));
                }
            }
        }

        return findings;
    }

    private static IEnumerable<DesiredObject> InOrder(DesiredState state, ConfigKind kind) =>
        state.Objects.Values.Where(x => x.Kind == kind).OrderBy(static x => x.Ordinal);

    private static Finding Clash(ServiceConfig service, ServiceConfig other) => new(
        "/addr", $"the address {service.Addr} ({ServiceFacts.LocalTransport(service)}) is taken by service {other.Name} ({other.Addr})");
}

using System.Collections.Immutable;
using System.Text;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Persistence.Entities;

namespace Gost.Persistence;

/// <summary>Makes a state of what the tables hold. What this build cannot read is listed, and stays in the store.</summary>
internal static class StoreReader
{
    /// <summary>The state of the rows, which may be in any order.</summary>
    public static DesiredState Read(StoreState state, List<StoredObject> rows)
    {
        var objects = ImmutableDictionary.CreateBuilder<ObjectKey, DesiredObject>();
        var unreadable = ImmutableArray.CreateBuilder<UnreadableObject>();
        foreach (var row in rows)
        {
            if (!ConfigKind.TryGet(row.Kind, out var kind))
            {
                unreadable.Add(new UnreadableObject(row.Kind, row.Name, "this build does not know the kind"));
                continue;
            }

            var read = ConfigReader.ReadObject(kind, Encoding.UTF8.GetBytes(row.Json), ConfigFormat.Json);
            if (read.Value is null)
            {
                var reason = read.Findings.FirstOrDefault(static x => x.Severity == FindingSeverity.Error)?.Message;
                unreadable.Add(new UnreadableObject(row.Kind, row.Name, reason ?? "the text is not an object"));
                continue;
            }

            DesiredObject value = new(
                kind,
                read.Value,
                row.Revision,
                row.Ordinal,
                (ObjectOrigin)row.Origin,
                DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
                DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAt));
            objects[value.Key] = value;
        }

        var singletons = ConfigReader.ReadDocument(Encoding.UTF8.GetBytes(state.Singletons), ConfigFormat.Json);
        if (singletons.Value is null)
        {
            unreadable.Add(new UnreadableObject("document", "", "the single members are not readable"));
        }

        return new DesiredState(state.Revision, objects.ToImmutable(), singletons.Value ?? new GostConfig())
        {
            Unreadable = unreadable.ToImmutable(),
        };
    }
}

using Gost.Engine.Catalog;

namespace Gost.Tests.Testing;

/// <summary>Types for validation that act on their metadata only.</summary>
internal static class PlainTypes
{
    public static IReadOnlyDictionary<string, ActingMembers> Named(params IEnumerable<string> names) =>
        names.ToDictionary(static x => x, static _ => ActingMembers.None);
}

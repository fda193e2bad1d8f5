using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config;

/// <summary>Metadata keys that no part looked up.</summary>
internal static class UnusedMetadata
{
    /// <summary>
    /// A warning for each key of the maps that is not in <paramref name="known"/>, once even if several maps have it, for the command line
    /// copies every parameter to several parts (contract.md, Values). Adds what it warned about to <paramref name="known"/>, which ignores case.
    /// </summary>
    public static IEnumerable<Finding> Find(HashSet<string> known, params IEnumerable<(ConfigMap<object?> Metadata, string Pointer)> maps)
    {
        foreach (var (metadata, pointer) in maps)
        {
            foreach (var key in metadata.Keys)
            {
                if (known.Add(key))
                {
                    yield return new Finding(JsonPointer.Append(pointer, key), $"metadata key {key} has no effect", FindingSeverity.Warning);
                }
            }
        }
    }
}

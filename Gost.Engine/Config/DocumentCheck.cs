using System.Collections.Immutable;
using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.ControlPlane;

namespace Gost.Engine.Config;

/// <summary>Judges a whole document without running it: what <c>gost validate</c> prints.</summary>
public static class DocumentCheck
{
    /// <summary>Every finding of the document and between its objects, errors first; files may lie anywhere. Pointers are relative to the document.</summary>
    public static ImmutableArray<Finding> Run(GostConfig document)
    {
        var supported = SupportedTypes.Of(BuiltInProtocols.CreateCatalog());
        List<Finding> findings = [.. ConfigValidator.ValidateDocument(document, new ValidationContext(supported, null, FilesRestricted: false))];
        var (state, pointers) = StateOf(document);
        findings.AddRange(ConfigValidator.ValidateState(state, changed: null).Select(x => x.Finding with { Pointer = pointers[x.Key] + x.Finding.Pointer }));
        return [.. findings.OrderBy(static x => x.Severity)];
    }

    private static (DesiredState State, Dictionary<ObjectKey, string> Pointers) StateOf(GostConfig document)
    {
        var objects = ImmutableDictionary.CreateBuilder<ObjectKey, DesiredObject>();
        Dictionary<ObjectKey, string> pointers = [];
        foreach (var kind in ConfigKind.All)
        {
            var i = 0;
            foreach (var config in kind.Read(document))
            {
                DesiredObject item = new(kind, config, 0, i, ObjectOrigin.Sources, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

                // Of two objects with one name the first stands for both; the doubled name is a finding of its own.
                if (pointers.TryAdd(item.Key, $"/{kind.Name}/{i++}"))
                {
                    objects.Add(item.Key, item);
                }
            }
        }

        return (new DesiredState(0, objects.ToImmutable()), pointers);
    }
}

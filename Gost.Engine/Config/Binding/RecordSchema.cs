using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Binding;

/// <summary>
/// The members of one record type, found by reflection once. Order is the order of writing: a name first, then as declared.
/// </summary>
internal sealed class RecordSchema
{
    private static readonly FrozenDictionary<Type, RecordSchema> Schemas = Build();

    private readonly FrozenDictionary<string, MemberSchema> _byName;
    private readonly Func<object> _create;

    private RecordSchema(Type type, Func<Type, RecordSchema> schemaOf)
    {
        Type = type;
        Members =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(static x => x.SetMethod is not null)
                .OrderBy(x => x.DeclaringType == type ? 1 : 0)
                .ThenBy(static x => x.MetadataToken)
                .Select(x => new MemberSchema(type, x, schemaOf)),
        ];
        _byName = Members.ToFrozenDictionary(static x => x.Name, StringComparer.OrdinalIgnoreCase);
        var scalar = type.GetCustomAttribute<ScalarFormAttribute>()?.Property;
        ScalarMember = Members.FirstOrDefault(x => x.Property == scalar);
        _create = typeof(RecordSchema).GetMethod(nameof(New), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Func<object>>();
    }

    public Type Type { get; }

    public ImmutableArray<MemberSchema> Members { get; }

    /// <summary>The member that a plain string sets, for records that have such a short form.</summary>
    public MemberSchema? ScalarMember { get; }

    /// <summary>Whether <c>status</c> is a read-only member that GOST's clients send back.</summary>
    public bool IsNamed => Type.IsAssignableTo(typeof(NamedConfig));

    /// <summary>The schema of a record type reachable from <see cref="GostConfig"/>, and of the bodies of other requests.</summary>
    public static RecordSchema Of(Type type) => Schemas[type];

    /// <summary>A record with its defaults.</summary>
    public object Create() => _create();

    /// <summary>A member by its name without regard to case, or null.</summary>
    public MemberSchema? Find(string name) => _byName.GetValueOrDefault(name);

    private static FrozenDictionary<Type, RecordSchema> Build()
    {
        // The model is a tree of types without cycles, so building bottom-up ends.
        Dictionary<Type, RecordSchema> schemas = [];
        SchemaOf(typeof(GostConfig));
        SchemaOf(typeof(ChainTestConfig));
        return schemas.ToFrozenDictionary();

        RecordSchema SchemaOf(Type type)
        {
            if (!schemas.TryGetValue(type, out var schema))
            {
                schema = new RecordSchema(type, SchemaOf);
                schemas.Add(type, schema);
            }

            return schema;
        }
    }

    private static object New<TRecord>()
        where TRecord : new() => new TRecord()!;
}

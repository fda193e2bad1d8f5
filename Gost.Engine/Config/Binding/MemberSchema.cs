using System.Reflection;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Binding;

/// <summary>The forms a member of a record can have.</summary>
internal enum MemberKind
{
    Text,
    Flag,
    Number,
    Duration,
    TextList,
    RecordList,
    Record,
    TextMap,
    OpenMap,
}

/// <summary>One member of a record: its name in documents, its form, and how to get and set it.</summary>
internal sealed class MemberSchema
{
    private readonly Func<object, object?> _get;
    private readonly Action<object, object?> _set;

    public MemberSchema(Type owner, PropertyInfo property, Func<Type, RecordSchema> schemaOf)
    {
        Property = property.Name;
        Name = property.GetCustomAttribute<ConfigNameAttribute>()?.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
        IsAlwaysWritten = property.IsDefined(typeof(AlwaysWrittenAttribute));
        IsFilePath = property.IsDefined(typeof(FilePathAttribute));
        var type = property.PropertyType;
        Kind = KindOf(type);
        if (Kind is MemberKind.Record or MemberKind.RecordList)
        {
            var element = Kind == MemberKind.Record ? type : type.GetGenericArguments()[0];
            Record = schemaOf(element);
            MakeList = Bind<Func<IReadOnlyList<object>, object>>(nameof(ListOf), element);
        }

        _get = Bind<Func<MethodInfo, Func<object, object?>>>(nameof(Getter), owner, type)(property.GetMethod!);
        _set = Bind<Func<MethodInfo, Action<object, object?>>>(nameof(Setter), owner, type)(property.SetMethod!);
    }

    /// <summary>The C# name.</summary>
    public string Property { get; }

    /// <summary>The name in documents, in GOST's spelling.</summary>
    public string Name { get; }

    public MemberKind Kind { get; }

    public bool IsAlwaysWritten { get; }

    /// <summary>Whether the text names a local file.</summary>
    public bool IsFilePath { get; }

    /// <summary>The schema of the record or of the list's elements.</summary>
    public RecordSchema? Record { get; }

    /// <summary>Makes the typed list of records.</summary>
    public Func<IReadOnlyList<object>, object>? MakeList { get; }

    public object? Get(object record) => _get(record);

    public void Set(object record, object? value) => _set(record, value);

    private static MemberKind KindOf(Type type)
    {
        if (type == typeof(string))
        {
            return MemberKind.Text;
        }

        if (type == typeof(bool))
        {
            return MemberKind.Flag;
        }

        if (type == typeof(long))
        {
            return MemberKind.Number;
        }

        if (type == typeof(GoDuration))
        {
            return MemberKind.Duration;
        }

        if (type == typeof(ConfigMap<string>))
        {
            return MemberKind.TextMap;
        }

        if (type == typeof(ConfigMap<object>))
        {
            return MemberKind.OpenMap;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ConfigList<>))
        {
            return type.GetGenericArguments()[0] == typeof(string) ? MemberKind.TextList : MemberKind.RecordList;
        }

        return type is { IsClass: true, Namespace: "Gost.Engine.Config.Model" }
            ? MemberKind.Record
            : throw new NotSupportedException($"a configuration record cannot have a member of type {type}");
    }

    private static TDelegate Bind<TDelegate>(string method, params Type[] types)
        where TDelegate : Delegate =>
        typeof(MemberSchema).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(types).CreateDelegate<TDelegate>();

    private static Func<object, object?> Getter<TOwner, TValue>(MethodInfo method)
    {
        var get = method.CreateDelegate<Func<TOwner, TValue>>();
        return record => get((TOwner)record);
    }

    // An init accessor is a setter to the run time; records are only set here before anybody else sees them.
    private static Action<object, object?> Setter<TOwner, TValue>(MethodInfo method)
    {
        var set = method.CreateDelegate<Action<TOwner, TValue>>();
        return (record, value) => set((TOwner)record, (TValue)value!);
    }

    private static ConfigList<TElement> ListOf<TElement>(IReadOnlyList<object> items) => new ConfigList<TElement>([.. items.Cast<TElement>()]);
}

using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Values;

namespace Gost.Tests.Config.Validation;

/// <summary>One member of the configuration model somewhere below a listed object, found by reflection, that can be set to a value.</summary>
internal sealed class SampledMember
{
    private readonly MemberSchema[] _way;

    private SampledMember(MemberSchema[] way) => _way = way;

    /// <summary>The names on the way: <c>handler.auth.username</c>.</summary>
    public string Path => string.Join('.', _way.Select(static x => x.Name));

    /// <summary>Where findings about it stand: the first entry of each list on the way.</summary>
    public string Pointer => string.Concat(_way.SkipLast(1).Select(static x => x.Kind == MemberKind.RecordList ? $"/{x.Name}/0" : $"/{x.Name}")) + $"/{_way[^1].Name}";

    /// <summary>Whether it names a file.</summary>
    public bool IsFile => _way[^1].IsFilePath;

    /// <summary>Every member of a record type and of what it contains, records themselves left out.</summary>
    public static IEnumerable<SampledMember> Of(Type record) => Walk(RecordSchema.Of(record), []);

    /// <summary>A copy of the record with this member set; null = a value of the member's form.</summary>
    public object Set(object record, object? value) => Set(record, value ?? Usual(_way[^1].Kind), 0);

    private static IEnumerable<SampledMember> Walk(RecordSchema schema, MemberSchema[] way)
    {
        foreach (var member in schema.Members)
        {
            MemberSchema[] next = [.. way, member];
            if (member.Record is null)
            {
                yield return new SampledMember(next);
                continue;
            }

            foreach (var below in Walk(member.Record, next))
            {
                yield return below;
            }
        }
    }

    private static object Usual(MemberKind kind) => kind switch
    {
        MemberKind.Text => "used",
        MemberKind.Flag => true,
        MemberKind.Number => 1L,
        MemberKind.Duration => GoDuration.FromTimeSpan(TimeSpan.FromMinutes(1)),
        MemberKind.TextList => ConfigList.Create<string>(["used"]),
        MemberKind.TextMap => new ConfigMap<string>([KeyValuePair.Create("key", "used")]),
        MemberKind.OpenMap => new ConfigMap<object?>([KeyValuePair.Create("noSuchKey", (object?)"used")]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a record has members of its own"),
    };

    private object Set(object record, object? value, int depth)
    {
        var schema = RecordSchema.Of(record.GetType());
        var copy = schema.Create();
        foreach (var member in schema.Members)
        {
            member.Set(copy, member.Get(record));
        }

        var at = _way[depth];
        at.Set(copy, at.Kind switch
        {
            _ when depth == _way.Length - 1 => value,
            MemberKind.Record => Set(at.Get(record) ?? at.Record!.Create(), value, depth + 1),
            _ => SetFirst(at, [.. ((System.Collections.IEnumerable)at.Get(record)!).Cast<object>()], value, depth + 1),
        });
        return copy;
    }

    private object SetFirst(MemberSchema list, List<object> items, object? value, int depth)
    {
        if (items.Count == 0)
        {
            items.Add(list.Record!.Create());
        }

        items[0] = Set(items[0], value, depth);
        return list.MakeList!(items);
    }
}

using System.Text;
using CsCheck;
using Gost.Engine.Config;
using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Xunit;

namespace Gost.Tests.Config;

public sealed class RoundTripTests
{
    private const int Iterations = 300;

    // Texts that are something else to YAML, and characters that need an escape somewhere.
    private static readonly string[] Traps =
    [
        "", " ", "a", "y", "yes", "Off", "true", "null", "~", "123", "0x1F", "017", "1_000", "1e3", ".5", "1:30", "12:30:45", "2001-01-01", "2001-01-01T00:00:00Z", "<<", "-", "- a", "--- x", "...", "?", "? a", ":",
        ": a", "a: b", "a:", "a #b", "#a", "a#b", "[a]", "{a}", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "'a'", "\"a\"", "a'b", "a\"b", "\\", "a\\nb", " a", "a ", "\ta", "a\tb", "a\nb", "\na", "a\n", "a\n\n",
        " a\nb", "a \nb", "a\n b", "\n", "\n\n", "a\rb", "a\r\nb", "é", "中文", "\u00A0x", "\u0085", "\u2028", "\uFEFFx", "😀", "a😀b", "\u0001", "\u007f", "<&>", "$ 1MB ", "=", "0", "-0", "+1", "0b1", "0o7", "08", ".inf", ".nan",
        "[::1]:80", ":8080", "~10.0.0.0/8", "a,b", "日本:80",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(Gen.Int[0, Traps.Length - 1].Select(static x => Traps[x]), Gen.String[Gen.Char.AlphaNumeric, 0, 12], Gen.String[Gen.Char[' ', '~'], 0, 8]);

    private static readonly Gen<string> Key = Gen.OneOf(Gen.Int[0, Traps.Length - 1].Select(static x => Traps[x]), Gen.String[Gen.Char.AlphaNumeric, 1, 6]);

    [Fact]
    public void Write_EveryDocument_ReadsBackEqualInBothLanguages() => Document().Sample(
        document =>
        {
            foreach (var format in new[] { ConfigFormat.Json, ConfigFormat.Yaml })
            {
                var text = ConfigWriter.Write(document, format);
                var read = ConfigReader.ReadDocument(Encoding.UTF8.GetBytes(text), format);
                Assert.True(read.Findings.IsEmpty, $"{string.Join("; ", read.Findings)}\n{text}");
                Assert.Equal(document, read.Value);
                Assert.Equal(text, ConfigWriter.Write(read.Value!, format));
            }
        },
        iter: Iterations);

    [Fact]
    public void Write_EveryObject_ReadsBackEqualOnOneLine() => Document().Sample(
        document =>
        {
            foreach (var kind in ConfigKind.All)
            {
                foreach (var value in kind.Read(document))
                {
                    var text = ConfigWriter.Write(value, ConfigFormat.Json, indented: false);
                    Assert.DoesNotContain('\n', text);
                    Assert.Equal(value, ConfigReader.ReadObject(kind, Encoding.UTF8.GetBytes(text), ConfigFormat.Json).Value);
                    Assert.Equal(value, ConfigReader.ReadObject(kind, Encoding.UTF8.GetBytes(ConfigWriter.ToJson(value).ToJsonString()), ConfigFormat.Json).Value);
                }
            }
        },
        iter: Iterations / 3);

    [Fact]
    public void Write_Document_HasGostsJsonForm()
    {
        GostConfig document = new()
        {
            Services =
            [
                new ServiceConfig
                {
                    Name = "a&b",
                    Handler = new HandlerConfig { Type = "tcp", Metadata = new([KeyValuePair.Create("b", (object?)"<x>")]) },
                    Forwarder = new ForwarderConfig { Selector = new SelectorConfig { Strategy = "round", MaxFails = 1, FailTimeout = GoDuration.Parse("30s") } },
                },
            ],
        };

        Assert.Equal(
            """
            {
              "services": [
                {
                  "name": "a\u0026b",
                  "handler": {
                    "type": "tcp",
                    "metadata": {
                      "b": "\u003cx\u003e"
                    }
                  },
                  "forwarder": {
                    "selector": {
                      "strategy": "round",
                      "maxFails": 1,
                      "failTimeout": 30000000000
                    },
                    "nodes": []
                  }
                }
              ]
            }

            """,
            ConfigWriter.Write(document, ConfigFormat.Json));
        Assert.Equal("{\n  \"services\": null\n}\n", ConfigWriter.Write(new GostConfig(), ConfigFormat.Json));
        Assert.Equal("services: []\n", ConfigWriter.Write(new GostConfig(), ConfigFormat.Yaml));
    }

    [Fact]
    public void Write_Keys_AreSortedAsGostSortsThem()
    {
        ServiceConfig service = new()
        {
            Name = "a",
            Metadata = new(new[] { "b", "a10", "a2", "Z", "limiter_x", "limiter.in", "1" }.Select(x => KeyValuePair.Create(x, (object?)true))),
        };

        Assert.Equal(
            ["\"1\"", "Z", "a2", "a10", "b", "limiter.in", "limiter_x"],
            ConfigWriter.Write(service, ConfigFormat.Yaml).Split('\n').Where(x => x.StartsWith("  ", StringComparison.Ordinal)).Select(x => x.Trim().Split(':')[0]));
    }

    private static Gen<GostConfig> Document() => Gen.Int[0, int.MaxValue].Select(static x => (GostConfig)Make(RecordSchema.Of(typeof(GostConfig)), new PCG((uint)x), depth: 0));

    // Walks the schema, so a member that is added to the model is in the test without anybody thinking of it.
    private static object Make(RecordSchema schema, PCG random, int depth)
    {
        var record = schema.Create();
        foreach (var member in schema.Members)
        {
            if (random.Next(3) != 0 && !(schema.IsNamed && member.Name == "name"))
            {
                continue;
            }

            object value = member.Kind switch
            {
                MemberKind.Text => schema.IsNamed && member.Name == "name" ? One(Text, random).Trim() : One(Text, random),
                MemberKind.Flag => true,
                MemberKind.Number => One(Gen.Long, random),
                MemberKind.Duration => new GoDuration(One(Gen.Long, random) is var n and (<= 0 or >= 1_000_000) ? n : 0),
                MemberKind.TextList => ConfigList.Create<string>([.. Many(random, () => One(Text, random))]),
                MemberKind.RecordList => member.MakeList!([.. Many(random, () => Make(member.Record!, random, depth + 1))]),
                MemberKind.Record => Make(member.Record!, random, depth + 1),
                MemberKind.TextMap => Map(random, () => One(Text, random)),
                _ => Map(random, () => Open(random, 0)),
            };
            member.Set(record, value);
        }

        return record;
    }

    private static object? Open(PCG random, int depth) => random.Next(depth > 2 ? 5u : 7u) switch
    {
        0 => One(Text, random),
        1 => random.Next(2) == 0,
        2 => One(Gen.Long, random),
        3 => One(Gen.Double[-1e6, 1e6], random) is var x && x == Math.Floor(x) && Math.Abs(x) <= 1L << 53 ? 0.5 : x,
        4 => null,
        5 => ConfigList.Create<object?>([.. Many(random, () => Open(random, depth + 1))]),
        _ => Map(random, () => Open(random, depth + 1)),
    };

    private static ConfigMap<T> Map<T>(PCG random, Func<T> value) =>
        new(Many(random, () => KeyValuePair.Create(One(Key, random), value())).DistinctBy(x => x.Key, StringComparer.OrdinalIgnoreCase));

    private static List<T> Many<T>(PCG random, Func<T> make) => [.. Enumerable.Range(0, (int)random.Next(3)).Select(_ => make())];

    private static T One<T>(Gen<T> gen, PCG random) => gen.Generate(random, null, out _);
}

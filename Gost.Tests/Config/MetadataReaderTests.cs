using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Xunit;

namespace Gost.Tests.Config;

public sealed class MetadataReaderTests
{
    [Fact]
    public void GetBool_EveryForm_IsRead()
    {
        var reader = Reader(("a", true), ("b", 2L), ("c", "T"), ("d", 0L), ("e", "False"));

        Assert.True(reader.GetBool(false, "a"));
        Assert.True(reader.GetBool(false, "b"));
        Assert.True(reader.GetBool(false, "c"));
        Assert.False(reader.GetBool(true, "d"));
        Assert.False(reader.GetBool(true, "e"));
        Assert.True(reader.GetBool(true, "missing"));
        Assert.Empty(reader.Findings);
    }

    [Fact]
    public void GetInt_NumberStringOrBool_IsRead()
    {
        var reader = Reader(("n", 7L), ("s", "4096"), ("b", true), ("f", 1.5), ("big", 70_000L), ("bad", "x"));

        Assert.Equal(7, reader.GetInt(1, 0, 100, "n"));
        Assert.Equal(4096, reader.GetInt(1, 0, 65535, "s"));
        Assert.Equal(1, reader.GetInt(0, 0, 1, "b"));
        Assert.Equal(-1, reader.GetInt(-1, 0, 1, "missing"));
        Assert.Empty(reader.Findings);

        Assert.Equal(3, reader.GetInt(3, 0, 100, "f"));
        Assert.Equal(3, reader.GetInt(3, 0, 65535, "big"));
        Assert.Equal(3, reader.GetInt(3, 0, 65535, "bad"));
        Assert.Equal(["/m/f", "/m/big", "/m/bad"], reader.Findings.Select(x => x.Pointer));
        Assert.Contains("from 0 to 65535", reader.Findings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetDuration_BareNumber_IsSeconds()
    {
        var reader = Reader(("a", "5s"), ("b", 10L), ("c", "10"), ("d", 1.5), ("e", "-1s"), ("x", "soon"), ("y", 1e300));

        Assert.Equal(TimeSpan.FromSeconds(5), reader.GetDuration(default, "a"));
        Assert.Equal(TimeSpan.FromSeconds(10), reader.GetDuration(default, "b"));
        Assert.Equal(TimeSpan.FromSeconds(10), reader.GetDuration(default, "c"));
        Assert.Equal(TimeSpan.FromSeconds(1.5), reader.GetDuration(default, "d"));
        Assert.Equal(TimeSpan.FromSeconds(-1), reader.GetDuration(default, "e"));
        Assert.Empty(reader.Findings);

        Assert.Equal(TimeSpan.FromSeconds(15), reader.GetDuration(TimeSpan.FromSeconds(15), "x"));
        Assert.Equal(TimeSpan.FromSeconds(15), reader.GetDuration(TimeSpan.FromSeconds(15), "y"));
        Assert.Equal(2, reader.Findings.Count);
    }

    [Fact]
    public void GetString_Scalar_IsText()
    {
        var reader = Reader(("s", "x"), ("n", 5L), ("f", 0.5), ("b", false), ("l", ConfigList.Create<object?>(["a", 1L])));

        Assert.Equal(["x", "5", "0.5", "false", null], [reader.GetString("s"), reader.GetString("n"), reader.GetString("f"), reader.GetString("b"), reader.GetString("none")]);
        Assert.Equal(["a", "1"], reader.GetStrings("l"));
        Assert.Empty(reader.GetStrings("none"));
        Assert.Empty(reader.Findings);
        Assert.Null(reader.GetString("l"));
        Assert.Empty(reader.GetStrings("s"));
        Assert.Equal(2, reader.Findings.Count);
    }

    [Fact]
    public void Get_AliasInOtherCase_FirstPresentWins()
    {
        var reader = Reader(("KEEPALIVE", "nonsense"), ("keep", true), ("gone", null));

        Assert.False(reader.GetBool(false, "gone", "keepAlive", "keep"));
        Assert.Equal("/m/KEEPALIVE", Assert.Single(reader.Findings).Pointer);
        Assert.Contains("KeepAlive", reader.UsedKeys);
        Assert.Contains("keep", reader.UsedKeys);
    }

    private static MetadataReader Reader(params (string Key, object? Value)[] pairs) =>
        new(new ConfigMap<object?>(pairs.Select(x => KeyValuePair.Create(x.Key, x.Value))), "/m");
}

using Gost.Api.CommandLine;
using Xunit;

namespace Gost.Tests.CommandLine;

public sealed class ProgramArgumentsReaderTests
{
    [Fact]
    public void Read_EveryFlag_IsTyped()
    {
        var arguments = Read(
            "-L", "tcp://:1", "--L=tcp://:2?a=b:c", "-F=http://h:1", "--F", "-x", "-C", "-", "-C", "{}", "-O=json", "-D", "-DD=true", "-V=false",
            "-api", "u:p@:18080?pathPrefix=/x", "--metrics", ":9000", "-R", "1m30s", "-db", "x.db", "--drain=500ms", "-lane", "kernel");

        Assert.Equal(["tcp://:1", "tcp://:2?a=b:c"], arguments.Services);
        Assert.Equal(["http://h:1", "-x"], arguments.Nodes);
        Assert.Equal(["-", "{}"], arguments.Sources);
        Assert.Equal(("json", true, true), (arguments.OutputFormat, arguments.Debug, arguments.Trace));
        Assert.Equal(
            ("u:p@:18080?pathPrefix=/x", ":9000", "x.db", "kernel"), (arguments.Api, arguments.Metrics, arguments.DatabasePath, arguments.Lane));
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(500)), (arguments.ReloadPeriod, arguments.Drain));
        Assert.Equal((ProgramVerb.Run, true), (arguments.Verb, arguments.HasDefinitions));
    }

    [Fact]
    public void Read_Nothing_IsStoreModeWithDefaults()
    {
        var arguments = Read();

        Assert.Equal((ProgramVerb.Run, false, TimeSpan.FromSeconds(10), TimeSpan.Zero), (arguments.Verb, arguments.HasDefinitions, arguments.Drain, arguments.ReloadPeriod));
        Assert.Null(arguments.Api);
    }

    [Theory]
    [InlineData("-L", "-D")]
    [InlineData("-L", "@file")]
    [InlineData("-L", "a:b=c")]
    public void Read_ValueThatLooksLikeSomethingElse_IsTheValue(string flag, string value) => Assert.Equal([value], Read(flag, value).Services);

    [Fact]
    public void Read_FirstWordThatIsNoFlag_EndsTheFlags()
    {
        var arguments = ProgramArgumentsReader.Read(["-L", "tcp://:1", "word", "-D"], out var ignored);

        Assert.False(arguments.Debug);
        Assert.Equal(["word", "-D"], ignored);
    }

    [Theory]
    [InlineData("validate", ProgramVerb.Validate)]
    [InlineData("healthcheck", ProgramVerb.HealthCheck)]
    [InlineData("-h", ProgramVerb.Help)]
    [InlineData("--help", ProgramVerb.Help)]
    [InlineData("-V", ProgramVerb.Version)]
    public void Read_Verb_IsKnown(string argument, object verb) => Assert.Equal(verb, Read(argument).Verb);

    [Fact]
    public void Read_SubCommand_TakesItsFlags() => Assert.Equal(["a.yaml", "b.json"], Read("validate", "-C", "a.yaml", "-C=b.json").Sources);

    [Theory]
    [InlineData("flag provided but not defined: -X", "-X")]
    [InlineData("flag provided but not defined: -O", "healthcheck", "-O", "yaml")]
    [InlineData("flag needs an argument: -L", "-L")]
    [InlineData("bad flag syntax: ---L", "---L", "x")]
    [InlineData("bad flag syntax: -=x", "-=x")]
    [InlineData("invalid boolean value \"maybe\" for -D", "-D=maybe")]
    [InlineData("invalid value \"30\" for flag -R: write a duration such as 30s or 1m30s", "-R", "30")]
    [InlineData("invalid value \"-1s\" for flag -drain: write a duration such as 30s or 1m30s", "--drain", "-1s")]
    [InlineData("unknown command: serve", "serve")]
    [InlineData("validate takes flags only, not x.yaml", "validate", "x.yaml")]
    public void Read_WrongUsage_SaysSo(string message, params string[] arguments) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Read(arguments)).Message);

    private static ProgramArguments Read(params string[] arguments) => ProgramArgumentsReader.Read(arguments, out _);
}

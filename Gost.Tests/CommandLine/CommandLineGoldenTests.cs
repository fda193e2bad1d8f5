using System.Text;
using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Xunit;

namespace Gost.Tests.CommandLine;

/// <summary>Every command line of spec/cli.md section 7: a file holds the line, an empty line and the YAML, or <c>refused: </c> and the message.</summary>
public sealed class CommandLineGoldenTests
{
    private const string RefusedMark = "refused: ";
    private static readonly int[] RefusedEntries = [22, 25, 27, 37, 68, 73, 76, 77, 79, 84];

    public static TheoryData<int> Entries => [.. Enumerable.Range(1, 85)];

    public static TheoryData<int> ConvertedEntries => [.. Enumerable.Range(1, 85).Except(RefusedEntries)];

    [Theory]
    [MemberData(nameof(Entries))]
    public void Convert_GoldenLine_GivesItsYamlOrRefusal(int entry)
    {
        var (line, expected) = Read(entry);
        var arguments = CommandLineConverter.SplitShellWords(line);

        if (expected.StartsWith(RefusedMark, StringComparison.Ordinal))
        {
            var refused = Assert.Throws<ConfigException>(() => CommandLineConverter.ConvertArguments(arguments));
            Assert.Equal(expected, RefusedMark + string.Join('\n', refused.Findings.Select(static x => x.Message)) + "\n");
            return;
        }

        Assert.Equal(expected, ConfigWriter.Write(CommandLineConverter.ConvertArguments(arguments), ConfigFormat.Yaml));
    }

    [Theory]
    [MemberData(nameof(ConvertedEntries))]
    public void ReadDocument_GoldenYaml_GivesTheRecordsOfTheConverter(int entry)
    {
        var (line, expected) = Read(entry);

        var read = ConfigReader.ReadDocument(Encoding.UTF8.GetBytes(expected), ConfigFormat.Yaml);

        Assert.Empty(read.Findings);
        Assert.Equal(CommandLineConverter.ConvertArguments(CommandLineConverter.SplitShellWords(line)), read.Value);
    }

    [Theory]
    [MemberData(nameof(ConvertedEntries))]
    public void ReadDocument_JsonOfTheConverter_GivesItsRecords(int entry)
    {
        var (line, _) = Read(entry);
        var converted = CommandLineConverter.ConvertArguments(CommandLineConverter.SplitShellWords(line));

        var read = ConfigReader.ReadDocument(Encoding.UTF8.GetBytes(ConfigWriter.Write(converted, ConfigFormat.Json)), ConfigFormat.Json);

        Assert.Empty(read.Findings);
        Assert.Equal(converted, read.Value);
    }

    [Fact]
    public void Goldens_Refused_AreThoseOfTheContract() =>
        Assert.Equal(RefusedEntries, Enumerable.Range(1, 85).Where(static x => Read(x).Expected.StartsWith(RefusedMark, StringComparison.Ordinal)));

    private static (string Line, string Expected) Read(int entry)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "command-lines", $"{entry:00}.txt"));
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return (text[..end], text[(end + 2)..]);
    }
}

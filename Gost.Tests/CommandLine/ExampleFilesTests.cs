using System.Text;
using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Xunit;

namespace Gost.Tests.CommandLine;

/// <summary>The files of <c>examples/</c> can be read and run, and are what their command lines stand for.</summary>
public sealed class ExampleFilesTests
{
    private const string CommandMark = "# gost ";

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "examples");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(static x => Path.GetFileName(x)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Example_File_IsValid(string name)
    {
        var read = ConfigReader.ReadDocument(File.ReadAllBytes(Path.Combine(Folder, name)), ConfigFormat.Yaml);

        Assert.Empty(read.Findings);
        Assert.NotNull(read.Value);
        Assert.DoesNotContain(await DocumentCheck.RunAsync(read.Value, TestContext.Current.CancellationToken), static x => x.Severity == FindingSeverity.Error);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Example_CommandLineInItsComment_GivesTheSame(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder, name));
        var line = text.Split('\n').FirstOrDefault(static x => x.StartsWith(CommandMark, StringComparison.Ordinal));

        // Some examples need a file: no command line says what they say.
        Assert.Equal(line is null, name is "udp-dns.yaml" or "port-forwarding-page.yaml");
        if (line is not null)
        {
            var converted = CommandLineConverter.ConvertArguments(CommandLineConverter.SplitShellWords(line[2..]));
            Assert.Equal(ConfigReader.ReadDocument(Encoding.UTF8.GetBytes(text), ConfigFormat.Yaml).Value, converted);
        }
    }

    [Fact]
    public async Task Example_OfThePortForwardingPage_WarnsOfItsTwoSlips()
    {
        var read = ConfigReader.ReadDocument(File.ReadAllBytes(Path.Combine(Folder, "port-forwarding-page.yaml")), ConfigFormat.Yaml);

        Assert.NotNull(read.Value);
        var warnings = await DocumentCheck.RunAsync(read.Value, TestContext.Current.CancellationToken);
        Assert.Contains(warnings, static x => x.Pointer.StartsWith("/services/0/forwarder/nodes", StringComparison.Ordinal));
        Assert.Contains(warnings, static x => x.Pointer.StartsWith("/services/2/listener/chain", StringComparison.Ordinal));
    }
}

using Gost.Api.CommandLine;
using Gost.Api.Hosting;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Gost.Tests.Hosting;

public sealed class SettingsReaderTests
{
    [Theory]
    [InlineData(null, null, DataLane.Auto)]
    [InlineData("", null, DataLane.Auto)]
    [InlineData("auto", null, DataLane.Auto)]
    [InlineData("kernel", null, DataLane.Kernel)]
    [InlineData("Portable", null, DataLane.Portable)]
    [InlineData("kernel", "portable", DataLane.Portable)]
    public void Lane_OfSettingAndFlag_FlagWins(string? setting, string? flag, DataLane expected) =>
        Assert.Equal(expected, SettingsReader.Read(new ProgramOptions { Lane = flag }, Lane(setting)).Engine.Lane);

    [Theory]
    [InlineData("fast", null)]
    [InlineData("1", null)]
    [InlineData("kernel", "fast")]
    public void Lane_ThatIsNone_RefusesTheStartAndSaysWhichThereAre(string setting, string? flag)
    {
        var refusal = Assert.Throws<StartRefusedException>(() => SettingsReader.Read(new ProgramOptions { Lane = flag }, Lane(setting)));
        Assert.Equal($"setting Engine:Lane (-lane) is auto, kernel or portable, not {flag ?? setting}", refusal.Message);
    }

    private static IConfigurationRoot Lane(string? value) => new ConfigurationBuilder().AddInMemoryCollection([new("Engine:Lane", value)]).Build();
}

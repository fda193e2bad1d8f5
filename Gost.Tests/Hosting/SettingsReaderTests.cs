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

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("auto", null)]
    [InlineData("0", 0)]
    [InlineData("50us", 50)]
    [InlineData("1ms", 1000)]
    public void Spin_OfASetting_IsADurationOrAutomatic(string? setting, int? microseconds) => Assert.Equal(
        microseconds is { } value ? TimeSpan.FromMicroseconds(value) : null, SettingsReader.Read(new ProgramOptions(), Setting("Engine:Spin", setting)).Engine.Spin);

    [Theory]
    [InlineData("on")]
    [InlineData("50")]
    [InlineData("-1us")]
    [InlineData("2ms")]
    public void Spin_ThatIsNoneOrTooLong_RefusesTheStart(string setting) => Assert.Contains(
        setting, Assert.Throws<StartRefusedException>(() => SettingsReader.Read(new ProgramOptions(), Setting("Engine:Spin", setting))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "auto")]
    [InlineData("", "auto")]
    [InlineData("off", "off")]
    [InlineData("Reno", "reno")]
    public void LoopbackCongestion_OfASetting_IsItsNameInSmallLetters(string? setting, string expected) =>
        Assert.Equal(expected, SettingsReader.Read(new ProgramOptions(), Setting("Engine:LoopbackCongestion", setting)).Engine.LoopbackCongestion);

    [Theory]
    [InlineData("cubic reno")]
    [InlineData("anameofsixteench")]
    public void LoopbackCongestion_ThatIsNoName_RefusesTheStart(string setting) =>
        Assert.Throws<StartRefusedException>(() => SettingsReader.Read(new ProgramOptions(), Setting("Engine:LoopbackCongestion", setting)));

    private static IConfigurationRoot Lane(string? value) => Setting("Engine:Lane", value);

    private static IConfigurationRoot Setting(string name, string? value) => new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();
}

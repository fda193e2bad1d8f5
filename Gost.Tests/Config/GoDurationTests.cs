using Gost.Engine.Config.Values;
using Xunit;

namespace Gost.Tests.Config;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("0s", 0L)]
    [InlineData("30s", 30_000_000_000)]
    [InlineData("1m30s", 90_000_000_000)]
    [InlineData("300ms", 300_000_000)]
    [InlineData("1.5h", 5_400_000_000_000)]
    [InlineData("-1.5h", -5_400_000_000_000)]
    [InlineData("+5s", 5_000_000_000)]
    [InlineData(".5s", 500_000_000)]
    [InlineData("1.s", 1_000_000_000)]
    [InlineData("1us", 1_000)]
    [InlineData("1µs", 1_000)]
    [InlineData("1μs", 1_000)]
    [InlineData("3h5m7.5s", 11_107_500_000_000)]
    [InlineData("9223372036854775807ns", long.MaxValue)]
    [InlineData("-9223372036854775808ns", long.MinValue)]
    [InlineData("0.000000000000000000001h", 0L)]
    public void TryParse_GoDuration_GivesNanoseconds(string text, long expected)
    {
        Assert.True(GoDuration.TryParse(text, out var value));
        Assert.Equal(expected, value.Nanoseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+")]
    [InlineData("3")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("-.s")]
    [InlineData("1d")]
    [InlineData("1 s")]
    [InlineData(" 1s")]
    [InlineData("1s ")]
    [InlineData("1s2")]
    [InlineData("1S")]
    [InlineData("9223372036854775808ns")]
    [InlineData("9999999999999999999999999h")]
    [InlineData("1..5s")]
    [InlineData("--1s")]
    public void TryParse_OtherText_IsRefused(string? text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(0L, "0s")]
    [InlineData(1L, "1ns")]
    [InlineData(1_100L, "1.1µs")]
    [InlineData(2_200_000L, "2.2ms")]
    [InlineData(300_000_000L, "300ms")]
    [InlineData(3_300_000_000L, "3.3s")]
    [InlineData(90_000_000_000L, "1m30s")]
    [InlineData(60_000_000_000L, "1m0s")]
    [InlineData(3_600_000_000_000L, "1h0m0s")]
    [InlineData(-5_400_000_000_000L, "-1h30m0s")]
    [InlineData(long.MaxValue, "2562047h47m16.854775807s")]
    [InlineData(long.MinValue, "-2562047h47m16.854775808s")]
    public void ToString_AsGo(long nanoseconds, string expected)
    {
        Assert.Equal(expected, new GoDuration(nanoseconds).ToString());
        Assert.Equal(nanoseconds, GoDuration.Parse(expected).Nanoseconds);
    }
}

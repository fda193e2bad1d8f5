using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Xunit;

namespace Gost.Tests.CommandLine;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  a\tb\n c ", new[] { "a", "b", "c" })]
    [InlineData("'a b' \"c d\"", new[] { "a b", "c d" })]
    [InlineData("a'b'\"c\"d", new[] { "abcd" })]
    [InlineData("'' \"\"", new[] { "", "" })]
    [InlineData("'a\\b' \"a\\b\" \"a\\\"b\\$\\\\\"", new[] { "a\\b", "a\\b", "a\"b$\\" })]
    [InlineData("a\\ b \\'c", new[] { "a b", "'c" })]
    [InlineData("a \\\n b\\\r\nc", new[] { "a", "bc" })]
    [InlineData("\"http://h?a=1&b=2;c|d<e>f\"", new[] { "http://h?a=1&b=2;c|d<e>f" })]
    public void Split_Quoting_IsThatOfTheShell(string text, string[] words) => Assert.Equal(words, CommandLineConverter.SplitShellWords(text));

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a")]
    [InlineData("a\\")]
    [InlineData("a & b")]
    [InlineData("-L tcp://:1?a=1&b=2")]
    [InlineData("a; b")]
    [InlineData("a | b")]
    [InlineData("a > b")]
    public void Split_OpenQuoteOrOperator_IsRefused(string text) =>
        Assert.Throws<ConfigException>(() => CommandLineConverter.SplitShellWords(text));
}

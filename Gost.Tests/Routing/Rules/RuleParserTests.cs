using Gost.Engine.Abstractions;
using Gost.Engine.Routing;
using Gost.Engine.Routing.Rules;
using Xunit;

namespace Gost.Tests.Routing.Rules;

public sealed class RuleParserTests
{
    [Theory]
    [InlineData("Network(`tcp`)", true)]
    [InlineData("Network(\"udp\")", false)]
    [InlineData("network(`TCP4`)", true)]
    [InlineData("Host(`www.example.com`)", true)]
    [InlineData("Host(`WWW.Example.com`)", true)]
    [InlineData("Host(`example.com`)", false)]
    [InlineData("Host(`*.example.com`)", true)]
    [InlineData("Host(`.example.com`)", true)]
    [InlineData("Host(`*ample.com`)", false)]
    [InlineData("HostRegexp(`^w+\\.example`)", true)]
    [InlineData("HostRegexp(\"^w+\\\\.example\")", true)]
    [InlineData("ClientIP(`10.0.0.7`)", true)]
    [InlineData("ClientIP(`10.0.0.0/8`)", true)]
    [InlineData("ClientIP(`10.0.0.9/29`)", false)]
    [InlineData("ClientIP(`2001:db8::/32`)", false)]
    [InlineData("!Network(`udp`)", true)]
    [InlineData("!!Network(`udp`)", false)]
    [InlineData("Network(`udp`) || Host(`www.example.com`)", true)]
    [InlineData("Network(`udp`) && Host(`www.example.com`)", false)]
    [InlineData("Network(`udp`) || Network(`tcp`) && Network(`udp`)", false)]
    [InlineData(" ( Network(`udp`)||Network(`tcp`) )&&!( Network(`udp`) ) ", true)]
    [InlineData("Admission(`missing`)", false)]
    public void Parse_WhatIsKnown_IsDecided(string rule, bool expected) => Assert.Equal(expected, Judge(rule));

    [Theory]
    [InlineData("Path(`/a`)", null)]
    [InlineData("!Path(`/a`)", null)]
    [InlineData("Proto(`http`)", null)]
    [InlineData("Header(`a`, `gt`, `1`)", null)]
    [InlineData("Bypass(`b`)", null)]
    [InlineData("Path(`/a`) || Network(`tcp`)", true)]
    [InlineData("Network(`tcp`) && !Method(`GET`)", null)]
    [InlineData("Path(`/a`) && Network(`udp`)", false)]
    public void Parse_WhatNeedsARequest_IsNotKnown(string rule, bool? expected) => Assert.Equal(expected, Judge(rule));

    [Theory]
    [InlineData("", 1, "ends")]
    [InlineData("Network(`tcp`) &&", 18, "ends")]
    [InlineData("Network(`tcp`) Host(`a`)", 16, "&& or ||")]
    [InlineData("Network(`tcp`))", 15, "no (")]
    [InlineData("(Network(`tcp`)", 16, ") is expected")]
    [InlineData("Network(tcp)", 9, "quotes")]
    [InlineData("Network('tcp')", 9, "quotes")]
    [InlineData("Network(`tcp)", 9, "closing quote")]
    [InlineData("Network()", 9, "quotes")]
    [InlineData("Network(`tcp`, `udp`)", 1, "takes one argument, not 2")]
    [InlineData("Network(`ipx`)", 1, "unknown network")]
    [InlineData("Nework(`tcp`)", 1, "did you mean Network?")]
    [InlineData("ClientIP(`10.0.0.0/33`)", 1, "CIDR")]
    [InlineData("HostRegexp(`(`)", 1, "regular expression")]
    [InlineData("PathRegexp(`(?=a)`)", 1, "regular expression")]
    [InlineData("Path(`a`)", 1, "begin with /")]
    [InlineData("Host(\"\\q\")", 8, "escape")]
    public void Parse_BadRule_SaysWhereAndWhy(string rule, int position, string reason)
    {
        var exception = Assert.Throws<RuleException>(() => RuleParser.Parse(rule, null));

        Assert.StartsWith($"at position {position}: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('(')]
    [InlineData('!')]
    public void Parse_DeepNesting_IsRefused(char opening) =>
        Assert.Contains("levels", Assert.Throws<RuleException>(() => RuleParser.Parse(new string(opening, 10_000), null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("example.com", "notexample.com", false)]
    [InlineData(".example.com", "notexample.com", false)]
    [InlineData(".example.com", "example.com", true)]
    [InlineData("*", "anything", true)]
    [InlineData("*", "", false)]
    [InlineData("", "", false)]
    public void HostPattern_EndsAtALabel(string pattern, string host, bool expected) => Assert.Equal(expected, new HostPattern(pattern).Matches(host));

    [Fact]
    public void Host_UnknownTarget_IsNotKnown() => Assert.Null(RuleParser.Parse("!Host(`a`)", null).Predicate(new RouteQuery(TargetNetwork.Tcp, null, null)));

    private static bool? Judge(string rule) => RuleParser.Parse(rule, null).Predicate(new RouteQuery(
        TargetNetwork.Tcp, new Target(TargetNetwork.Tcp, "www.example.com", 443), RoutingFixture.From("::ffff:10.0.0.7")));
}

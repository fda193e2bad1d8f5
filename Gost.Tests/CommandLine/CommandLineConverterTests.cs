using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Xunit;

namespace Gost.Tests.CommandLine;

public sealed class CommandLineConverterTests
{
    [Theory]
    [InlineData("tls://:8443", "auto", "tls", ":8443")]
    [InlineData("TCP://:80", "tcp", "tcp", ":80")]
    [InlineData("tcp://", "tcp", "tcp", "")]
    [InlineData("tcp://:0", "tcp", "tcp", ":0")]
    [InlineData("tcp://[fe80::1%eth0]:80", "tcp", "tcp", "[fe80::1%eth0]:80")]
    [InlineData("relay+mtls://:80", "relay", "mtls", ":80")]
    [InlineData("  tcp://:0080  ", "tcp", "tcp", ":80")]
    public void Service_Scheme_GivesTypesAndAddress(string url, string handler, string listener, string addr)
    {
        var service = Service(url);

        Assert.Equal((handler, listener, addr), (service.Handler?.Type, service.Listener?.Type, service.Addr));
    }

    [Theory]
    [InlineData("tls://h:1", "http", "tls")]
    [InlineData("h:1", "http", "tcp")]
    [InlineData("auto+tls://h:1", "http", "tls")]
    [InlineData("https://h:1", "http", "tls")]
    [InlineData("direct://h:1", "direct", "direct")]
    [InlineData("ssu://h:1", "ssu", "udp")]
    public void Node_Scheme_GivesTypes(string url, string connector, string dialer)
    {
        var node = Node(url);

        Assert.Equal((connector, dialer), (node.Connector?.Type, node.Dialer?.Type));
    }

    [Theory]
    [InlineData("tcp://u%40x:p%3Ay@:80", "u@x", "p:y")]
    [InlineData("tcp://user:p@ss@:80", "user", "p@ss")]
    [InlineData("tcp://user@:80", "user", "")]
    [InlineData("tcp://a+b:c+d@:80", "a+b", "c+d")]
    [InlineData("tcp://:80?auth=dXNlcg==", "user", "")]
    [InlineData("tcp://u:p@:80?auth=dXNlcjpwYXNz", "u", "p")]
    public void Service_Credentials_AreDecoded(string url, string user, string password) =>
        Assert.Equal(new AuthConfig { Username = user, Password = password }, Service(url).Handler?.Auth);

    [Theory]
    [InlineData("a=1&a=2", "a", "1")]
    [InlineData("a=x+y%2Bz", "a", "x y+z")]
    [InlineData("b=1;a=2&a=3", "a", "3")]
    [InlineData("&&a=1&", "a", "1")]
    [InlineData("a", "a", "")]
    [InlineData("handler.a=1&a=2", "a", "1")]
    [InlineData("a=1#b=2", "a", "1")]
    public void Service_Query_FollowsGo(string query, string key, string value) =>
        Assert.Equal(value, Service("tcp://:80/h:1?" + query).Handler?.Metadata[key]);

    [Fact]
    public void Service_OneLimitDirection_LeavesTheOtherEmpty()
    {
        var document = Convert("tcp://:80?limiter.in=1MB&limiter.conn.out=2MB");

        Assert.Equal(new ConfigList<LimiterConfig>([new() { Name = "limiter-0", Limits = ["$ 1MB ", "$$  2MB"] }]), document.Limiters);
        Assert.Contains("- '$ 1MB '", ConfigWriter.Write(document, ConfigFormat.Yaml), StringComparison.Ordinal);
    }

    [Fact]
    public void Service_RangeWithParameters_NumbersObjectsPerService()
    {
        var document = Convert("tcp://:80-81/h:1?climiter=5&rlimiter=0.5");

        Assert.Equal(["climiter-0", "climiter-1"], document.Services.Select(static x => x.CLimiter));
        Assert.Equal(["$ 0.5"], document.RLimiters[1].Limits);
    }

    [Fact]
    public void Node_List_IsOneHopOfEqualNodes()
    {
        var hop = Assert.Single(CommandLineConverter.Convert(new() { Nodes = ["wss://h2:443,,[::1]:444"] }).Chains[0].Hops);

        Assert.Equal(["node-0", "node-1"], hop.Nodes.Select(static x => x.Name));
        Assert.Equal(["h2:443", "[::1]:444"], hop.Nodes.Select(static x => x.Addr));
        Assert.All(hop.Nodes, static x => Assert.Equal("h2:443,,[::1]", x.Dialer?.Tls?.ServerName));
    }

    [Fact]
    public void Node_PathOfUnixUrl_IsItsAddress() => Assert.Equal("/run/a.sock", Node("unix:///run/a.sock").Addr);

    [Fact]
    public void Node_AuthParameter_LeavesNoCopyInMetadata()
    {
        var hop = CommandLineConverter.Convert(new() { Nodes = ["socks5://h:1?auth=dXNlcjpwYXNz"] }).Chains[0].Hops[0];

        Assert.Equal(new AuthConfig { Username = "user", Password = "pass" }, hop.Nodes[0].Connector?.Auth);
        Assert.Empty(hop.Metadata);
    }

    [Fact]
    public void TargetPrefix_OfAGroup_StandsBeforeTargetsOnly()
    {
        var document = CommandLineConverter.Convert(new() { Services = ["tcp://:1/a:1,b:1"], Nodes = ["http://h:1"], TargetPrefix = "go-2@" });

        Assert.Equal(["go-2@target-0", "go-2@target-1"], document.Services[0].Forwarder?.Nodes.Select(static x => x.Name));
        Assert.Equal(("service-0", "chain-0"), (document.Services[0].Name, document.Chains[0].Name));
    }

    [Theory]
    [InlineData("tcp://:1/a:1?maxFails=two", "parameter 'maxFails' is 'two'")]
    [InlineData("tcp://:1?climiter=many", "parameter 'climiter' is 'many'")]
    [InlineData("tcp://:1?rlimiter=NaN", "parameter 'rlimiter' is 'NaN'")]
    [InlineData("tcp://:1/a:1?failTimeout=soon", "parameter 'failTimeout' is 'soon'")]
    [InlineData("tcp://:1?hosts=a.com", "parameter 'hosts' holds 'a.com'")]
    [InlineData("tcp://:1?auth=%21", "parameter 'auth' is not base64")]
    [InlineData("tcp://:1?x=%zz", "invalid URL escape in the parameters")]
    [InlineData("tcp://:1?x=%ff", "invalid URL escape in the parameters")]
    [InlineData("tcp://:1/%zz", "invalid URL escape in the path")]
    [InlineData("tcp://:1?a=1&A=2", "parameters 'a' and 'A' differ only in case")]
    [InlineData("tcp://:", "the port is missing")]
    [InlineData("tcp://:70000", "above 65535")]
    [InlineData("tcp://:1-70000", "above 65535")]
    [InlineData("tcp://:1-2-3", "is not a port")]
    [InlineData("tcp://:1/h:9-8", "reversed")]
    [InlineData("tpc://:1", "unknown type 'tpc'")]
    [InlineData("tls+tcp://:1", "'tls' is a listener type, not a handler type")]
    [InlineData("tcp+://:1", "unknown listener type ''")]
    [InlineData("1tcp://:1", "is not a scheme")]
    [InlineData("tcp://a\u0001b:1", "invalid control character in URL")]
    [InlineData("tcp://us er:x@:1", "invalid userinfo")]
    public void Service_Unusable_IsRefused(string url, string message)
    {
        var refused = Assert.Throws<ConfigException>(() => Convert(url));

        Assert.Contains(message, Assert.Single(refused.Findings).Message, StringComparison.Ordinal);
        Assert.StartsWith("-L", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the value is empty")]
    [InlineData("rtcp://h:1", "unknown type 'rtcp'")]
    [InlineData("http://h:x", "invalid port \":x\" after host")]
    [InlineData("http://a:1,b:2-3", "invalid port \":2-3\" after host")]
    [InlineData("http://[::1:80", "missing ']' in host")]
    [InlineData("http://a b:1", "invalid character ' ' in host name")]
    [InlineData("relay+tls://h:1?secure=yes", "parameter 'secure' is 'yes'")]
    public void Node_Unusable_IsRefused(string url, string message)
    {
        var refused = Assert.Throws<ConfigException>(() => CommandLineConverter.Convert(new() { Nodes = [url] }));

        Assert.Contains(message, Assert.Single(refused.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_SeveralFaults_ReportsAllAtOnce()
    {
        var refused = Assert.Throws<ConfigException>(() => CommandLineConverter.Convert(new()
        {
            Services = ["foo://:1", "tcp://:http", "tcp://:8080"],
            Nodes = ["bar://h:1"],
            Api = ":x",
        }));

        Assert.Equal(4, refused.Findings.Count);
    }

    [Fact]
    public void Refusal_OfACommandLineWithSecrets_HidesThem()
    {
        var refused = Assert.Throws<ConfigException>(() => CommandLineConverter.Convert(new()
        {
            Services = ["foo://user:secret@:1", "foo://:1?auth=c2VjcmV0", "ss+foo://c2VjcmV0@:1"],
            Nodes = ["http://user:secret@h:x"],
        }));

        Assert.All(refused.Findings, static x => Assert.DoesNotContain("ecret", x.Message, StringComparison.Ordinal));
        Assert.All(refused.Findings, static x => Assert.DoesNotContain("c2Vj", x.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Suggestion_OfAMistypedScheme_NamesTheType() =>
        Assert.Equal("tcp", Assert.Throws<ConfigException>(() => Convert("tpc://:1")).Findings[0].Suggestion);

    [Fact]
    public void Convert_AllPorts_StaysWithinTheBound()
    {
        Assert.Equal(65_536, Convert("tcp://:0-65535/h:1").Services.Count);
        Assert.Throws<ConfigException>(() => Convert("tcp://:0-65535", "tcp://:1"));
        Assert.Throws<ConfigException>(() => Convert("tcp://:1/a:0-65535,b:1"));
    }

    [Fact]
    public void Convert_TargetsOfAllArguments_StayWithinTheBound()
    {
        const string most = "tcp://:1/a:0-65535";

        Assert.Equal(2, Convert(most, most).Services.Count);
        var refusal = Assert.Throws<ConfigException>(() => Convert([most, most, .. Enumerable.Repeat("tcp://:1/a:1-65000", 1000)]));
        Assert.Contains("more than 131072 targets", Assert.Single(refusal.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_TargetThatPortsShare_CountsOnce() =>
        Assert.Equal(60_001, Convert("tcp://:1-60000/h:1", "tcp://:1/a:0-65534").Services.Count);

    [Theory]
    [InlineData("unix:///run/api.sock", "unix:///run/api.sock")]
    [InlineData("user:pass@:18080", ":18080")]
    [InlineData("[::1]:18080", "[::1]:18080")]
    public void Api_Address_IsKept(string text, string addr) => Assert.Equal(addr, CommandLineConverter.Convert(new() { Api = text }).Api?.Addr);

    [Theory]
    [InlineData("-C x.yaml", "-C would read files of the server")]
    [InlineData("-O yaml", "-O is refused here")]
    [InlineData("-L tcp://:1 -- -L tcp://:2", "'--' starts groups")]
    [InlineData("-X 1", "flag provided but not defined: -X")]
    [InlineData("-L", "flag needs an argument: -L")]
    [InlineData("-L tcp://:1 word -F http://h:1", "'word' is no flag")]
    [InlineData("-D=maybe", "-D is 'maybe'")]
    public void ConvertArguments_WhatDoesNotBelongThere_IsRefused(string line, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<ConfigException>(() => CommandLineConverter.ConvertArguments(CommandLineConverter.SplitShellWords(line))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("gost -L tcp://:1")]
    [InlineData("/usr/bin/gost -L=tcp://:1")]
    [InlineData("--L tcp://:1")]
    [InlineData("--L=tcp://:1 -db x.db --drain 5s -R=1m -lane portable")]
    public void ConvertArguments_EveryFlagForm_IsTheSame(string line) =>
        Assert.Equal(":1", Assert.Single(CommandLineConverter.ConvertArguments(CommandLineConverter.SplitShellWords(line)).Services).Addr);

    [Fact]
    public void ConvertArguments_DebugAndTrace_TraceWins() =>
        Assert.Equal("trace", CommandLineConverter.ConvertArguments(["-DD", "-D"]).Log?.Level);

    private static GostConfig Convert(params string[] services) => CommandLineConverter.Convert(new() { Services = services });

    private static ServiceConfig Service(string url) => Assert.Single(Convert(url).Services);

    private static NodeConfig Node(string url) => Assert.Single(Assert.Single(CommandLineConverter.Convert(new() { Nodes = [url] }).Chains[0].Hops).Nodes);
}

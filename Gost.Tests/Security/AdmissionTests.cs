using System.Net;
using CsCheck;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Security;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Security;

public sealed class AdmissionTests
{
    private readonly RoutingFixture _fixture = new();

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.2", false)]
    [InlineData("192.168.7.9", true)]
    [InlineData("192.169.0.1", false)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("fd01::1", false)]
    [InlineData("172.16.0.1", true)]
    public void Admits_Lists_MatchByAddressAndNetwork(string client, bool matches)
    {
        ConfigList<string> matchers = ["10.0.0.1", "192.168.1.2/16", "fd00::/16", "::ffff:172.16.0.0/108"];
        var address = IPAddress.Parse(client);

        Assert.Equal(!matches, Compile(new AdmissionConfig { Matchers = matchers }).Admits(address));
        Assert.Equal(matches, Compile(new AdmissionConfig { Matchers = matchers, Whitelist = true }).Admits(address));
        Assert.Equal(matches, Compile(new AdmissionConfig { Matchers = matchers, Reverse = true }).Admits(address));
        Assert.Empty(_fixture.Findings);
    }

    [Fact]
    public void Admits_NoMatchers_BlacklistAllWhitelistNone()
    {
        Assert.True(Compile(new AdmissionConfig()).Admits(IPAddress.Loopback));
        Assert.False(Compile(new AdmissionConfig { Whitelist = true }).Admits(IPAddress.Loopback));
    }

    [Fact]
    public void Admits_ZeroLengthNetworks_AreOneFamilyEach()
    {
        var admission = Compile(new AdmissionConfig { Matchers = ["0.0.0.0/0"], Whitelist = true });

        Assert.True(admission.Admits(IPAddress.Parse("8.8.8.8")));
        Assert.False(admission.Admits(IPAddress.IPv6Loopback));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("")]
    [InlineData("10.1")]
    [InlineData("10.1/16")]
    [InlineData("010.0.0.1")]
    public void Compile_UnusableMatcher_IsAFindingAndABlacklistStaysShut(string matcher)
    {
        var admission = Compile(new AdmissionConfig { Matchers = [matcher] });

        Assert.Equal(FindingSeverity.Error, Assert.Single(_fixture.Findings).Severity);
        Assert.False(admission.Admits(IPAddress.Loopback));
    }

    [Fact]
    public void Compile_EntriesThatCannotBeFetched_BlacklistStaysShut() =>
        Assert.False(Compile(new AdmissionConfig { Redis = new RedisSourceConfig { Addr = "127.0.0.1:6379" } }).Admits(IPAddress.Loopback));

    [Fact]
    public async Task Admits_File_IsReadAgainAndNeverFailsOpen()
    {
        using TempFolder folder = new();
        await using var admission = Compile(new AdmissionConfig
        {
            File = new FileSourceConfig { Path = folder.File("list") },
            Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(2)),
        });
        var client = IPAddress.Parse("10.0.0.1");
        Assert.Equal(FindingSeverity.Warning, Assert.Single(_fixture.Findings).Severity);
        Assert.False(admission.Admits(client));

        Rewrite("10.0.0.2\n");
        Assert.True(admission.Admits(client));

        Rewrite("10.0.0.0/8 # all\n");
        Assert.False(admission.Admits(client));

        Rewrite("nonsense\n");
        Assert.False(admission.Admits(IPAddress.Loopback));

        void Rewrite(string text)
        {
            folder.Write("list", text);
            _fixture.Time.Advance(TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public void Contains_AnyNetworks_AgreesWithTheFrameworksOwn() =>
        Gen.Select(Gen.Select(Gen.UInt, Gen.Int[0, 32]).Array[0, 6], Gen.UInt.Array[1, 6]).Sample((networks, addresses) =>
        {
            var known = networks.Select(x => (Address: Address(x.Item1), Length: x.Item2)).ToList();
            AddressSet set = new(known.Select(x => $"{x.Address}/{x.Length}"), []);
            foreach (var address in addresses.Select(Address).Concat(known.Select(x => x.Address)))
            {
                var expected = known.Any(x => new IPNetwork(Masked(x.Address, x.Length), x.Length).Contains(address));
                Assert.Equal(expected, set.Contains(address));
            }
        });

    private static IPAddress Address(uint value) => new([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        var value = ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
        return Address(length == 0 ? 0 : value & (uint.MaxValue << (32 - length)));
    }

    private Admission Compile(AdmissionConfig config) => Admission.Compile(config, _fixture.Engine, _fixture.Findings);
}

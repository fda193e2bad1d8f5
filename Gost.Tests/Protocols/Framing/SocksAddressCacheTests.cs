using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;
using Xunit;

namespace Gost.Tests.Protocols.Framing;

public sealed class SocksAddressCacheTests
{
    /// <summary>Hashes differ from process to process: among so many groups some share a place in each.</summary>
    private const int Groups = 2000;

    [Fact]
    public void FewAddresses_TakingTurns_AreRememberedWhateverTheirHashes()
    {
        SocksAddressCache cache = new();
        for (var group = 0; group < Groups; group++)
        {
            Target[] addresses = [.. Enumerable.Range(0, SocksAddressCache.Ways).Select(x => Address(group, x))];
            byte[][] forms = [.. addresses.Select(x => cache.FormOf(x).ToArray())];
            TakeTurns();

            var before = GC.GetAllocatedBytesForCurrentThread();
            TakeTurns();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

            void TakeTurns()
            {
                for (var i = 0; i < addresses.Length; i++)
                {
                    if (cache.Read(forms[i]) != addresses[i] || !cache.FormOf(addresses[i]).SequenceEqual(forms[i]))
                    {
                        throw new InvalidOperationException($"{addresses[i]} was taken for another"); // an assert would allocate
                    }
                }
            }
        }
    }

    [Fact]
    public void ManyAddresses_AreGivenInTheRightForm()
    {
        SocksAddressCache cache = new();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.Equal(Address(i, 1), cache.Read(cache.FormOf(Address(i, 1)).ToArray()));
            }
        }
    }

    private static Target Address(int group, int number) => new(TargetNetwork.Udp, $"10.{group / 256}.{group % 256}.{number}", 1000 + group);
}

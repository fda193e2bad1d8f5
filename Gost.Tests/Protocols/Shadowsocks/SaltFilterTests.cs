using System.Buffers.Binary;
using Gost.Engine.Protocols.Shadowsocks;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

public sealed class SaltFilterTests
{
    [Fact]
    public void Salts_UpToTheCapacity_AreRemembered_AndTheOldestForgottenInTime()
    {
        const int Capacity = 1000;
        SaltFilter filter = new(Capacity);
        for (var i = 0; i < 10 * Capacity; i++)
        {
            Assert.True(filter.TryAdd(Salt(i)));
            Assert.False(filter.TryAdd(Salt(i)));
            Assert.False(filter.TryAdd(Salt(Math.Max(0, i - Capacity + 1))));
        }

        Assert.True(filter.TryAdd(Salt(0)));
    }

    [Fact]
    public void Set_OfManyMarks_HoldsEachOnceAndIsEmptiedWhole()
    {
        SaltSet set = new();
        for (var i = 0UL; i < 10_000; i++)
        {
            // Marks that meet in one place, and 0, which is told apart from nothing.
            Assert.True(set.TryAdd(i << 20));
        }

        Assert.False(set.TryAdd(5UL << 20));
        Assert.True(set.Contains(0));
        Assert.False(set.Contains(3));
        Assert.Equal(10_000, set.Count);
        set.Clear();
        Assert.False(set.Contains(5UL << 20));
        Assert.Equal(0, set.Count);
    }

    private static byte[] Salt(int number)
    {
        var salt = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(salt.AsSpan(28), number);
        return salt;
    }
}

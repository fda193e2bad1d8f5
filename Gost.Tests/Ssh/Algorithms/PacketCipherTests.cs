using System.Buffers.Binary;
using System.Security.Cryptography;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Transport;
using Xunit;

namespace Gost.Tests.Ssh.Algorithms;

public sealed class PacketCipherTests
{
    public static TheoryData<string, string> Suites()
    {
        TheoryData<string, string> suites = [];
        foreach (var cipher in SshAlgorithms.Ciphers)
        {
            foreach (var mac in PacketCiphers.IsAuthenticated(cipher) ? [AlgorithmNames.None] : SshAlgorithms.Macs)
            {
                suites.Add(cipher, mac);
            }
        }

        return suites;
    }

    // Source: NIST SP 800-38A, F.5.1 and F.5.5.
    [Theory]
    [InlineData(
        "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Counter_OfTheStandard_GivesItsText(string key, string expected)
    {
        foreach (var step in (int[])[64, 16, 7, 1])
        {
            var text = Convert.FromHexString(
                "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
            using AesCtr cipher = new(Convert.FromHexString(key), Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
            for (var at = 0; at < text.Length; at += step)
            {
                cipher.Apply(text.AsSpan(at, Math.Min(step, text.Length - at)));
            }

            Assert.Equal(expected, Convert.ToHexStringLower(text));
        }
    }

    [Fact]
    public void Counter_PastItsLowerHalf_CountsOnInTheUpper()
    {
        var key = RandomNumberGenerator.GetBytes(16);
        var text = new byte[64];
        using AesCtr cipher = new(key, Convert.FromHexString("00000000000000fffffffffffffffffe"));
        cipher.Apply(text);

        using var aes = Aes.Create();
        aes.SetKey(key);
        var counters = Convert.FromHexString(
            "00000000000000fffffffffffffffffe00000000000000ffffffffffffffffff00000000000001000000000000000000" + "00000000000001000000000000000001");
        Assert.Equal(aes.EncryptEcb(counters, PaddingMode.None), text);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Packets_SealedInOrder_OpenInOrder(string cipher, string mac)
    {
        var (sealing, opening) = Pair(cipher, mac);
        using (sealing)
        using (opening)
        {
            var sequence = uint.MaxValue - 5;
            foreach (var blocks in (int[])[1, 2, 3, 8, 33, 256, 257, 1000, 2048, 5])
            {
                var plain = Plain(sealing, blocks);
                var packet = plain.ToArray();
                sealing.Seal(sequence, packet);
                Assert.Equal((uint)(Counted(plain, sealing) - 4), opening.ReadLength(sequence, packet.AsSpan(0, opening.HeaderSize)));
                Assert.True(opening.Open(sequence, packet));
                Assert.Equal(plain[4..^sealing.TagSize], packet[4..^sealing.TagSize]);
                unchecked
                {
                    sequence++;
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Packet_ChangedAnywhere_IsNotOpened(string cipher, string mac)
    {
        for (var at = 0; at < 4 + 64; at++)
        {
            var (sealing, opening) = Pair(cipher, mac);
            using (sealing)
            using (opening)
            {
                var packet = Plain(sealing, 3);
                sealing.Seal(7, packet);
                packet[at % packet.Length] ^= (byte)(1 << (at % 8));
                opening.ReadLength(7, packet.AsSpan(0, opening.HeaderSize));
                Assert.False(opening.Open(7, packet));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Packets_Replayed_AreNotOpened(string cipher, string mac)
    {
        var (sealing, opening) = Pair(cipher, mac);
        using (sealing)
        using (opening)
        {
            var packet = Plain(sealing, 3);
            sealing.Seal(0, packet);
            var again = packet.ToArray();
            opening.ReadLength(0, packet.AsSpan(0, opening.HeaderSize));
            Assert.True(opening.Open(0, packet));
            opening.ReadLength(1, again.AsSpan(0, opening.HeaderSize));
            Assert.False(opening.Open(1, again));
        }
    }

    [Fact]
    public void Offered_Names_AreThoseThatWork()
    {
        Assert.Equal(["kex", "key", "enc", "mac", "comp"], SshAlgorithms.Offered.Select(static x => x.Key));
        foreach (var name in SshAlgorithms.Offered.SelectMany(static x => x.Value))
        {
            Assert.DoesNotContain("cbc", name, StringComparison.Ordinal);
            Assert.DoesNotContain("sha1", name, StringComparison.Ordinal);
            Assert.DoesNotContain("group", name, StringComparison.Ordinal);
            Assert.NotEqual("ssh-rsa", name);
        }
    }

    private static (PacketCipher Sealing, PacketCipher Opening) Pair(string cipher, string mac)
    {
        DerivedKeys keys = new(
            HashAlgorithmName.SHA256, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32), true);
        return (PacketCiphers.Create(cipher, mac, keys), PacketCiphers.Create(cipher, mac, keys));
    }

    private static int Counted(byte[] packet, PacketCipher cipher) => packet.Length - cipher.TagSize;

    private static byte[] Plain(PacketCipher cipher, int blocks)
    {
        var counted = (blocks * cipher.BlockSize) + (cipher.IsLengthApart ? 4 : 0);
        var packet = RandomNumberGenerator.GetBytes(counted + cipher.TagSize);
        BinaryPrimitives.WriteUInt32BigEndian(packet, (uint)(counted - 4));
        return packet;
    }
}

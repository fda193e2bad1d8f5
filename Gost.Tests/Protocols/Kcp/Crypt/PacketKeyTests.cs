using System.Security.Cryptography;
using Gost.Engine.Protocols.Kcp.Crypt;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Xunit;

namespace Gost.Tests.Protocols.Kcp.Crypt;

public sealed class PacketKeyTests
{
    private const string EmptyPass = "b23383c32eefa3753ab6db6e639a0ddc3b50ec6b6c623c9171a15ba0879945cd";

    [Theory]
    [InlineData("aes", 32)]
    [InlineData("aes-192", 24)]
    [InlineData("aes-128", 16)]
    public void Aes_Instructions_AreTheLibrarysCfb(string crypt, int keySize)
    {
        var key = Convert.FromHexString(EmptyPass)[..keySize];
        using var cipher = new PacketKey(crypt, "").CreateCipher();
        using AesLibraryCipher library = new(key);
        using var aes = Aes.Create();
        aes.SetKey(key);
        foreach (var length in (int[])[1, 15, 16, 17, 100, 127, 128, 129, 256, 1399, 1500])
        {
            var plain = RandomNumberGenerator.GetBytes(length);
            byte[] packet = [.. plain];
            byte[] other = [.. plain];
            cipher.Encrypt(packet);
            library.Encrypt(other);
            Assert.Equal(other, packet);
            if (length % 16 == 0)
            {
                Assert.Equal(aes.EncryptCfb(plain, CfbVector.Bytes, PaddingMode.None, 128), packet);
            }

            cipher.Decrypt(packet);
            library.Decrypt(other);
            Assert.Equal(plain, packet);
            Assert.Equal(plain, other);
        }
    }

    [Fact]
    public void Salsa20_IsTheLibrarysKeyStreamBehindTheNonce()
    {
        using var cipher = new PacketKey("salsa20", "").CreateCipher();
        foreach (var length in (int[])[7, 8, 9, 71, 72, 73, 519, 520, 521, 1500])
        {
            var plain = RandomNumberGenerator.GetBytes(length);
            byte[] packet = [.. plain];
            cipher.Encrypt(packet);
            byte[] expected = [.. plain];
            if (length > 8)
            {
                Salsa20Engine engine = new();
                engine.Init(true, new ParametersWithIV(new KeyParameter(Convert.FromHexString(EmptyPass)), plain, 0, 8));
                engine.ProcessBytes(plain, 8, length - 8, expected, 8);
            }

            Assert.Equal(expected, packet);
            cipher.Decrypt(packet);
            Assert.Equal(plain, packet);
        }
    }

    /// <summary>The same construction with a counted-up packet, so that a change of key size, rounds or byte order is seen; computed independently.</summary>
    [Theory]
    [InlineData("k", "kcptun", false)]
    [InlineData("k", "k", true)]
    public void Key_OtherPassphrase_IsAnotherKey(string one, string other, bool same)
    {
        using var first = new PacketKey("aes", one).CreateCipher();
        using var second = new PacketKey("aes", other).CreateCipher();
        var (x, y) = (new byte[64], new byte[64]);
        first.Encrypt(x);
        second.Encrypt(y);
        Assert.Equal(same, x.SequenceEqual(y));
    }

    [Fact]
    public void Tea_HasSixteenRounds()
    {
        // Twice sixteen is the known answer of TEA with 32 rounds less the second half, so the halves are checked against a plain loop.
        TeaBlocks blocks = new();
        var key = Convert.FromHexString("00112233445566778899aabbccddeeff");
        blocks.Init(true, new KeyParameter(key));
        var output = new byte[8];
        blocks.ProcessBlock(new byte[8], output);
        uint v0 = 0, v1 = 0, sum = 0;
        for (var round = 0; round < 16; round++)
        {
            if (round % 2 == 0)
            {
                sum += 0x9e3779b9;
                v0 += ((v1 << 4) + 0x00112233) ^ (v1 + sum) ^ ((v1 >> 5) + 0x44556677);
            }
            else
            {
                v1 += ((v0 << 4) + 0x8899aabb) ^ (v0 + sum) ^ ((v0 >> 5) + 0xccddeeff);
            }
        }

        Assert.Equal($"{v0:x8}{v1:x8}", Convert.ToHexStringLower(output));
    }

    [Fact]
    public void UnknownName_IsAes()
    {
        using var unknown = new PacketKey("rot13", "").CreateCipher();
        using var aes = new PacketKey("aes", "").CreateCipher();
        var (x, y) = (new byte[40], new byte[40]);
        unknown.Encrypt(x);
        aes.Encrypt(y);
        Assert.Equal(y, x);
    }
}

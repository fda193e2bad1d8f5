using System.Buffers.Binary;
using System.Security.Cryptography;
using Gost.Ssh.Algorithms;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using Xunit;

namespace Gost.Tests.Ssh.Algorithms;

public sealed class ChaChaPolyTests
{
    // Source: RFC 8439 section 2.3.2, whose nonce's first word is the upper half of the counter here, and appendix A.1, vectors 1 and 2.
    [Theory]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x0000004a00000000ul, 0x0900000000000001ul,
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e")]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000", 0ul, 0ul,
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586")]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000", 0ul, 1ul,
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f")]
    public void Block_OfTheRfc_IsThatOfTheRfc(string key, ulong nonce, ulong counter, string expected)
    {
        var block = new byte[ChaChaBlock.Size];
        ChaChaBlock.Write(Convert.FromHexString(key), nonce, counter, block);

        Assert.Equal(expected, Convert.ToHexStringLower(block));
    }

    // Source: RFC 8439 section 2.5.2 and appendix A.3, vectors 7 to 11: sums at the borders of the modulus.
    [Theory]
    [InlineData(
        "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
        "43727970746f6772617068696320466f72756d2052657365617263682047726f7570", "a8061dc1305136c6c22b8baf0c0127a9")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02000000000000000000000000000000ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData(
        "0100000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000", "05000000000000000000000000000000")]
    [InlineData(
        "0100000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101", "00000000000000000000000000000000")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff")]
    public void Tag_OfTheRfc_IsThatOfTheRfc(string key, string text, string expected)
    {
        var tag = new byte[Poly1305Tag.Size];
        Poly1305Tag.Write(Convert.FromHexString(key), Convert.FromHexString(text), tag);

        Assert.Equal(expected, Convert.ToHexStringLower(tag));
    }

    [Fact]
    public void Tag_OfEveryLength_IsThatOfAnotherImplementation()
    {
        var key = new byte[32];
        var tag = new byte[Poly1305Tag.Size];
        var expected = new byte[Poly1305Tag.Size];
        for (var size = 0; size < 70_000; size += size switch { < 600 => 1, < 1500 => 37, _ => 33_333 })
        {
            RandomNumberGenerator.Fill(key);
            var text = RandomNumberGenerator.GetBytes(size);
            if (size % 3 == 0)
            {
                text.AsSpan().Fill(0xff);
                key.AsSpan(0, 16).Fill(0xff);
            }

            Poly1305Tag.Write(key, text, tag);
            Poly1305 other = new();
            other.Init(new KeyParameter(key));
            other.BlockUpdate(text, 0, size);
            other.DoFinal(expected, 0);
            Assert.Equal(expected, tag);
        }
    }

    [Fact]
    public void Packet_Sealed_IsWhatTheDescriptionSays()
    {
        const uint Sequence = 0x01020304;
        var keys = RandomNumberGenerator.GetBytes(64);
        var packet = RandomNumberGenerator.GetBytes(4 + 200 + Poly1305Tag.Size);
        BinaryPrimitives.WriteUInt32BigEndian(packet, 200);
        var plain = packet.ToArray();
        using ChaChaPolyPacketCipher cipher = new(keys);
        cipher.Seal(Sequence, packet);

        var expected = plain.ToArray();
        Apply(keys.AsSpan(32), 0, expected.AsSpan(0, 4));
        Apply(keys.AsSpan(0, 32), 1, expected.AsSpan(4, 200));
        var first = new byte[ChaChaBlock.Size];
        ChaChaBlock.Write(keys.AsSpan(0, 32), Sequence, 0, first);
        Poly1305Tag.Write(first.AsSpan(0, 32), expected.AsSpan(0, 204), expected.AsSpan(204));
        Assert.Equal(expected, packet);

        static void Apply(ReadOnlySpan<byte> key, ulong counter, Span<byte> text)
        {
            var block = new byte[ChaChaBlock.Size];
            for (var at = 0; at < text.Length; at++)
            {
                if (at % block.Length == 0)
                {
                    ChaChaBlock.Write(key, Sequence, counter++, block);
                }

                text[at] ^= block[at % block.Length];
            }
        }
    }
}

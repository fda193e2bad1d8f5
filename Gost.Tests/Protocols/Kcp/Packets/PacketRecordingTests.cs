using System.Buffers.Binary;
using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Crypt;
using Gost.Engine.Protocols.Kcp.Fec;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp.Packets;

/// <summary>The recorded datagrams of GOST 3.2.6, both ways: opened, and made again byte for byte. Source: vectors/README.md.</summary>
public sealed class PacketRecordingTests
{
    private const int NonceSize = 16;
    private const int ParityFlag = 0xf2;

    public static TheoryData<string, string, string> Recordings => new()
    {
        { "relay-kcp-none", "none", "" },
        { "relay-kcp-default", "aes", "" },
        { "relay-kcp-fast-key", "aes-128", "k1" },
        { "relay-kcp-salsa20", "salsa20", "k1" },
    };

    [Theory]
    [InlineData("relay-kcp-default", "aes", "", true, 0, "59e7e9608fa7c4636664ca920d82f40d31a6c1a200000000f1002c00e06582f4510020003d020000000000000000000012000000ff060000734e61507059010c00004439ac2f")]
    [InlineData("relay-kcp-default", "aes", "", false, 0, "bd0c22184437592935d64b95b1722cd209d9345300000000f1001a00e06582f452001f003d020000000000000100000000000000")]
    [InlineData("relay-kcp-default", "aes", "", true, 10, "72ed34c46bda774822cc045adb854dc6c9bab2900a000000f200ad00e06582f425000d0068ea0000a600000071000000b8000000e94b4bc9a79a833f8be1780698fcd95c9a5c3200ad000000d01200f501a2f654cd0000960ac59dadffff58")]
    [InlineData("relay-kcp-fast-key", "aes-128", "k1", true, 0, "286a03b518e1b4c0641d725ef4ce51ad3fde151700000000f1002c0040dd7d06510020002a020000000000000000000012000000ff060000734e61507059010c00004439ac2f")]
    [InlineData("relay-kcp-fast-key", "aes-128", "k1", false, 0, "208461d901028585a93b9a4adcb3f9f341c8767000000000f1001a0040dd7d0652001d002b020000020000000300000000000000")]
    [InlineData("relay-kcp-fast-key", "aes-128", "k1", true, 10, "89214e54b22fe1dd125c406b5b3789371e73a6f40a000000f200610040dd7d064b00df00123600002300000087000000ab0000007734eca807aa3e3e674dfcda697deee6b6d700b87e5d16dd0ba61900f254643c")]
    [InlineData("relay-kcp-salsa20", "salsa20", "k1", true, 0, "583832226a02915d14dbac55c1b438abaccef66300000000f1002c002a3236635100200032020000000000000000000012000000ff060000734e61507059010c00004439ac2f")]
    [InlineData("relay-kcp-salsa20", "salsa20", "k1", false, 0, "78f9563fbe17fbfe9b44841397bd6513d54518ed00000000f1001a002a32366352001f0032020000000000000100000000000000")]
    [InlineData("relay-kcp-salsa20", "salsa20", "k1", true, 10, "f89154cfe571d9a1287b80c82106ee0dddfaf3840a000000f20053002a3236632000320052e000004f00000074000000a000000068b3016a064ccb6fea00780625349884455c32000e0000002e6e00f5911d6708cd0000960a6f9dadffff58")]
    public void Recorded_Decrypted_IsThePlaintextOnRecord(string name, string crypt, string key, bool fromClient, int number, string plaintext)
    {
        using var cipher = new PacketKey(crypt, key).CreateCipher();
        var packet = Datagrams(name, fromClient)[number];
        cipher.Decrypt(packet);
        Assert.Equal(plaintext, Convert.ToHexStringLower(packet));
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Recorded_Opened_GivesOneConversation(string name, string crypt, string key)
    {
        foreach (var fromClient in (bool[])[true, false])
        {
            using var codec = Codec(crypt, key);
            ReceivedSegments received = new();
            var datagrams = Datagrams(name, fromClient);
            foreach (var datagram in datagrams)
            {
                Assert.True(codec.Open(datagram, received));
            }

            // Nothing is lost, so that the parity gives nothing more.
            Assert.Equal(datagrams.Count - datagrams.Count(static x => x[24] == ParityFlag), received.All.Count);
            Assert.Single(received.All.Select(static x => BinaryPrimitives.ReadUInt32LittleEndian(x)).Distinct());
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Recorded_MadeAgain_IsTheSameByteForByte(string name, string crypt, string key)
    {
        foreach (var fromClient in (bool[])[true, false])
        {
            var recorded = Datagrams(name, fromClient);
            using var cipher = new PacketKey(crypt, key).CreateCipher();
            Queue<byte[]> nonces = new();
            List<byte[]> bodies = [];
            foreach (var datagram in recorded)
            {
                byte[] plain = [.. datagram];
                cipher.Decrypt(plain);
                nonces.Enqueue(plain[..NonceSize]);
                if (plain[24] != ParityFlag)
                {
                    bodies.Add(plain[28..]);
                }
            }

            using PacketCodec codec = new(new PacketKey(crypt, key).CreateCipher(), new FecMatrix(10, 3), 1400, new NonceSource(piece =>
            {
                for (; piece.Length >= NonceSize && nonces.TryDequeue(out var nonce); piece = piece[NonceSize..])
                {
                    nonce.CopyTo(piece);
                }
            }));
            SentDatagrams sent = new();
            foreach (var body in bodies)
            {
                sent.Seal(codec, body);
            }

            Assert.Equal(recorded.Select(Convert.ToHexString), sent.All.Select(Convert.ToHexString));
        }
    }

    [Theory]
    [InlineData("relay-kcp-default", "aes", "")]
    [InlineData("relay-kcp-fast-key", "aes-128", "k1")]
    [InlineData("relay-kcp-salsa20", "salsa20", "k1")]
    public void Recorded_WithThreeLost_IsRecoveredFromItsParity(string name, string crypt, string key)
    {
        var datagrams = Datagrams(name, fromClient: true);
        Assert.True(datagrams.Count >= 13, "the recording has no whole group");
        using var whole = Codec(crypt, key);
        ReceivedSegments expected = new();
        datagrams.ForEach(x => whole.Open([.. x], expected));
        using var codec = Codec(crypt, key);
        ReceivedSegments received = new();
        foreach (var (index, datagram) in datagrams.Index())
        {
            if (index is not (0 or 4 or 9))
            {
                Assert.True(codec.Open(datagram, received));
            }
        }

        Assert.Equal(Sorted(expected), Sorted(received));
    }

    [Fact]
    public void WorkedExample_IsMadeByteForByte()
    {
        using PacketCodec codec = new(new PacketKey("aes", "").CreateCipher(), new FecMatrix(10, 3), 1400, new NonceSource(static x => x.Clear()));
        SentDatagrams sent = new();
        sent.Seal(codec, Convert.FromHexString("44332211510020006400000000000000000000000500000068656c6c6f"));
        Assert.Equal(
            "0611986b480016b486f354c0c5f292d05cde26b3e84caabdd0804daa073d4ee7f97945562a18db8c4076d5e98aec49b7d4f991c252e4ae4617",
            Convert.ToHexStringLower(Assert.Single(sent.All)));
    }

    private static PacketCodec Codec(string crypt, string key) =>
        (PacketCodec)new PacketCodecs(new KcpOptions { Crypt = crypt, Key = key }).Create();

    private static List<string> Sorted(ReceivedSegments segments) => [.. segments.All.Select(Convert.ToHexString).Order(StringComparer.Ordinal)];

    private static List<byte[]> Datagrams(string name, bool fromClient) =>
        [.. Recording.Load(name).Events.Where(x => x.FromClient == fromClient && !x.IsEnd).Select(static x => (byte[])[.. x.Bytes])];
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>
/// Cipher and key of a listener or dialer, derived once; its sessions make their ciphers from it. Immutable. Source: spec/wire/transports.md section 7.2.
/// </summary>
internal sealed class PacketKey
{
    /// <summary>The cipher that an unknown or empty name stands for.</summary>
    public const string DefaultCrypt = "aes";

    private const int DerivationRounds = 4096;
    private const int Size = 32;

    private readonly string _crypt;
    private readonly byte[] _pass;

    // The immutable ones serve all sessions.
    private readonly IPacketCipher? _shared;

    /// <summary>Derives the key, which takes about a millisecond. An unknown <paramref name="crypt"/> is <see cref="DefaultCrypt"/>.</summary>
    public PacketKey(string crypt, string passphrase)
    {
        _crypt = Names.Contains(crypt) ? crypt : DefaultCrypt;
        _pass = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), Encoding.ASCII.GetBytes("kcp-go"), DerivationRounds, HashAlgorithmName.SHA1, Size);
        _shared = _crypt switch
        {
            "none" => new PlainCipher(),
            "xor" => new XorCipher(_pass),
            "salsa20" => new SalsaCipher(_pass),
            "aes" or "aes-192" or "aes-128" when AesInstructionCipher.IsSupported => new AesInstructionCipher(_pass.AsSpan(0, KeySize)),
            _ => null,
        };
    }

    /// <summary>The ciphers by name.</summary>
    public static ImmutableArray<string> Names { get; } =
        ["aes", "aes-128", "aes-192", "none", "xor", "salsa20", "sm4", "tea", "xtea", "cast5", "3des", "blowfish", "twofish"];

    private int KeySize => _crypt switch
    {
        "aes-128" or "sm4" or "tea" or "xtea" or "cast5" => 16,
        "aes-192" or "3des" => 24,
        _ => Size,
    };

    /// <summary>A cipher for one session, which the caller owns.</summary>
    public IPacketCipher CreateCipher() => _shared ?? _crypt switch
    {
        "sm4" => Blocks(static () => new SM4Engine()),
        "tea" => Blocks(static () => new TeaBlocks()),
        "xtea" => Blocks(static () => new XteaEngine()),
        "cast5" => Blocks(static () => new Cast5Engine()),
        "3des" => Blocks(static () => new DesEdeEngine()),
        "blowfish" => Blocks(static () => new BlowfishEngine()),
        "twofish" => Blocks(static () => new TwofishEngine()),
        _ => new AesLibraryCipher(_pass.AsSpan(0, KeySize)),
    };

    private BlockCfbCipher Blocks(Func<IBlockCipher> create)
    {
        return new BlockCfbCipher(WithKey(create()), WithKey(create()));

        IBlockCipher WithKey(IBlockCipher blocks)
        {
            blocks.Init(true, new KeyParameter(_pass, 0, KeySize));
            return blocks;
        }
    }
}

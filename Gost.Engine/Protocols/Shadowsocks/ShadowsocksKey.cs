using System.Security.Cryptography;
using System.Text;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// A method with the master key that a password gives; each stream direction and each packet has a key of its own, made of the master key and a salt.
/// Immutable, thread-safe. Source: spec/wire/shadowsocks.md section 3.
/// </summary>
internal sealed class ShadowsocksKey
{
    private readonly byte[] _master;

    private ShadowsocksKey(ShadowsocksMethod method, byte[] master) => (Method, _master) = (method, master);

    /// <summary>The cipher.</summary>
    public ShadowsocksMethod Method { get; }

    /// <summary>Derives the master key.</summary>
    public static ShadowsocksKey Derive(ShadowsocksMethod method, string password) => new(method, Stretch(Encoding.UTF8.GetBytes(password), method.KeySize));

    /// <summary>The cipher of one direction or packet; the caller disposes it.</summary>
    public AeadCipher CreateCipher(ReadOnlySpan<byte> salt)
    {
        Span<byte> subkey = stackalloc byte[ShadowsocksMethod.MaxKeySize];
        subkey = subkey[..Method.KeySize];
        if (!subkey.IsEmpty)
        {
            Derive(salt, subkey);
        }

        return Method.CreateCipher(subkey);
    }

    /// <summary>HKDF of RFC 5869 over SHA-1, of one-shot HMACs, which take half the time of the library's HKDF.</summary>
    private void Derive(ReadOnlySpan<byte> salt, Span<byte> subkey)
    {
        const int HashSize = HMACSHA1.HashSizeInBytes;
        var info = "ss-subkey"u8;
        Span<byte> extracted = stackalloc byte[HashSize];
        Span<byte> input = stackalloc byte[HashSize + info.Length + 1];
        Span<byte> block = stackalloc byte[HashSize];
#pragma warning disable CA5350 // The protocol's own choice; as a key derivation it is sound.
        HMACSHA1.HashData(salt, _master, extracted);
        var from = HashSize;
        for (byte number = 1; !subkey.IsEmpty; number++)
        {
            info.CopyTo(input[HashSize..]);
            input[^1] = number;
            HMACSHA1.HashData(extracted, input[from..], block);
            var count = Math.Min(HashSize, subkey.Length);
            block[..count].CopyTo(subkey);
            subkey = subkey[count..];
            block.CopyTo(input);
            from = 0;
        }
#pragma warning restore CA5350
    }

    /// <summary>EVP_BytesToKey with MD5, one round, no salt.</summary>
    private static byte[] Stretch(byte[] password, int size)
    {
        var key = new byte[size];
        var input = new byte[MD5.HashSizeInBytes + password.Length];
        password.CopyTo(input, MD5.HashSizeInBytes);
        for (var done = 0; done < size; done += MD5.HashSizeInBytes)
        {
#pragma warning disable CA5351 // The protocol's own choice: a weak password stays weak.
            var digest = MD5.HashData(input.AsSpan(done == 0 ? MD5.HashSizeInBytes : 0));
#pragma warning restore CA5351
            digest.CopyTo(input, 0);
            digest.AsSpan(0, Math.Min(digest.Length, size - done)).CopyTo(key.AsSpan(done));
        }

        return key;
    }
}

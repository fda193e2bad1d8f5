using System.Collections.Frozen;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>A cipher by the name that stands as the user in the credentials. Source: spec/wire/shadowsocks.md section 2.</summary>
/// <param name="Name">The name in lower case.</param>
/// <param name="KeySize">Bytes of a key.</param>
/// <param name="SaltSize">Bytes of a salt.</param>
/// <param name="TagSize">Bytes that a sealed piece is longer.</param>
internal sealed record ShadowsocksMethod(string Name, int KeySize, int SaltSize, int TagSize)
{
    /// <summary>The longest salt in bytes.</summary>
    public const int MaxSaltSize = 32;

    /// <summary>The longest key in bytes.</summary>
    public const int MaxKeySize = 32;

    private static readonly FrozenDictionary<string, ShadowsocksMethod> Known = new ShadowsocksMethod[]
    {
        new("aes-128-gcm", 16, 16, 16),
        new("aes-256-gcm", 32, 32, 16),
        new("chacha20-ietf-poly1305", 32, 32, 16),
        new("none", 0, 16, 0),
        new("dummy", 0, 16, 0),
    }.ToFrozenDictionary(static x => x.Name, StringComparer.Ordinal);

    /// <summary>The names for messages.</summary>
    public static string Names => "aes-128-gcm, aes-256-gcm, chacha20-ietf-poly1305 or none";

    /// <summary>The method of a name, whatever its case; null = unknown here.</summary>
    public static ShadowsocksMethod? Find(string name) => Known.GetValueOrDefault(name.ToLowerInvariant());

    /// <summary>The cipher with a key of <see cref="KeySize"/> bytes; the caller disposes it.</summary>
    public AeadCipher CreateCipher(ReadOnlySpan<byte> key) => Name switch
    {
        "aes-128-gcm" or "aes-256-gcm" => new GcmCipher(key),
        "chacha20-ietf-poly1305" => new ChaChaCipher(key),
        _ => new NoCipher(),
    };
}

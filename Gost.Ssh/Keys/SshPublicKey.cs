using System.Security.Cryptography;
using Gost.Ssh.Messages;
using Renci.SshNet.Security;
using Renci.SshNet.Security.Cryptography;

namespace Gost.Ssh.Keys;

/// <summary>
/// A public key as it is on the wire and in key files. Immutable and thread-safe; equal when the bytes are. Source: RFC 4253 section 6.6, RFC 5656,
/// RFC 8709.
/// </summary>
public sealed class SshPublicKey : IEquatable<SshPublicKey>
{
    // Larger than that costs a verifier more than it is worth; OpenSSH has the same bound.
    private const int LargestRsaBits = 16 * 1024;
    private const int Ed25519Bytes = 32;

    private readonly byte[] _blob;
    private string? _fingerprint;

    /// <summary>
    /// A key from its kind and its bytes, which are copied. Throws <see cref="SshKeyException"/> when the bytes are no key of that kind, or of a kind or
    /// size that is not taken.
    /// </summary>
    public SshPublicKey(string algorithm, ReadOnlyMemory<byte> blob)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        SignatureAlgorithms = SshKeyAlgorithms.SignaturesOf(algorithm);
        if (SignatureAlgorithms.Count == 0)
        {
            throw new SshKeyException(SshKeyProblem.Unsupported, $"keys of the kind {Shown(algorithm)} are not supported; use ed25519, ecdsa or rsa");
        }

        Algorithm = algorithm;
        try
        {
            Check(algorithm, blob.Span);
        }
        catch (SshException e)
        {
            throw new SshKeyException(SshKeyProblem.Unreadable, $"the {algorithm} key is damaged", e);
        }

        _blob = blob.ToArray();
    }

    /// <summary>The kind of the key, such as <c>ssh-ed25519</c>; <c>ssh-rsa</c> for RSA whatever it signs with.</summary>
    public string Algorithm { get; }

    /// <summary>The bytes, which begin with the kind.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary>The signatures it verifies, the preferred ones first.</summary>
    public IReadOnlyList<string> SignatureAlgorithms { get; }

    /// <summary><c>SHA256:</c> and base64 without padding, as OpenSSH shows it.</summary>
    public string Fingerprint => _fingerprint ??= "SHA256:" + Convert.ToBase64String(SHA256.HashData(_blob)).TrimEnd('=');

    /// <summary>A key from its bytes. Throws <see cref="SshKeyException"/>.</summary>
    public static SshPublicKey Decode(ReadOnlyMemory<byte> blob)
    {
        string algorithm;
        try
        {
            algorithm = new SshReader(blob.Span).ReadText(64);
        }
        catch (SshException e)
        {
            throw new SshKeyException(SshKeyProblem.Unreadable, "the bytes are no public key", e);
        }

        return new SshPublicKey(algorithm, blob);
    }

    /// <summary>A key from a line <c>ssh-ed25519 AAAA… comment</c>; the comment is dropped. Throws <see cref="SshKeyException"/>.</summary>
    public static SshPublicKey Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 2
            ? FromBase64(words[0], words[1])
            : throw new SshKeyException(SshKeyProblem.Unreadable, "a public key is written as its kind and its base64, separated by a space");
    }

    /// <summary>
    /// Whether <paramref name="signature"/>, which is the name of its algorithm and its bytes as they are on the wire, is one of this key over
    /// <paramref name="data"/> made with just <paramref name="signatureAlgorithm"/>. Never throws for what a peer sent.
    /// </summary>
    public bool Verify(string signatureAlgorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!SignatureAlgorithms.Contains(signatureAlgorithm, StringComparer.Ordinal) || !IsMadeWith(signatureAlgorithm, signature))
        {
            return false;
        }

        try
        {
            SshKeyData parts = new(_blob);
            Key key = Algorithm switch
            {
                SshKeyAlgorithms.Ed25519 => new ED25519Key(parts),
                SshKeyAlgorithms.Rsa => new RsaKey(parts),
                _ => new EcdsaKey(parts),
            };
            using var owned = key as IDisposable;
            using var verifier = Verifier(key, signatureAlgorithm);
            KeyHostAlgorithm algorithm = verifier is null ? new(signatureAlgorithm, key) : new(signatureAlgorithm, key, verifier);
            return algorithm.VerifySignature(data.ToArray(), signature.ToArray());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What the library makes of numbers that are no point of the curve, or of a signature of another shape.
            return false;
        }
    }

    /// <summary>The line of a key file, without a comment.</summary>
    public override string ToString() => $"{Algorithm} {Convert.ToBase64String(_blob)}";

    /// <inheritdoc/>
    public bool Equals(SshPublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    /// <summary>A key from its kind and its base64. Throws <see cref="SshKeyException"/>.</summary>
    internal static SshPublicKey FromBase64(string algorithm, string base64)
    {
        var blob = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, blob, out var length)
            ? new SshPublicKey(algorithm, blob.AsMemory(0, length))
            : throw new SshKeyException(SshKeyProblem.Unreadable, $"the {Shown(algorithm)} key is no base64");
    }

    /// <summary>What tells an RSA signature's hash; null where the key alone does.</summary>
    internal static RsaDigitalSignature? Verifier(Key key, string signatureAlgorithm) => key is RsaKey rsa
        ? new RsaDigitalSignature(rsa, signatureAlgorithm == SshKeyAlgorithms.RsaSha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256)
        : null;

    private static bool IsMadeWith(string signatureAlgorithm, ReadOnlySpan<byte> signature)
    {
        try
        {
            SshReader reader = new(signature);
            var name = reader.ReadText(64);
            reader.ReadString();
            reader.ReadEnd();
            return name == signatureAlgorithm;
        }
        catch (SshException)
        {
            return false;
        }
    }

    private static void Check(string algorithm, ReadOnlySpan<byte> blob)
    {
        SshReader reader = new(blob);
        var isOfItsKind = reader.ReadText(64) == algorithm && algorithm switch
        {
            SshKeyAlgorithms.Ed25519 => reader.ReadString().Length == Ed25519Bytes,
            SshKeyAlgorithms.EcdsaP256 => IsPoint(ref reader, "nistp256", 32),
            SshKeyAlgorithms.EcdsaP384 => IsPoint(ref reader, "nistp384", 48),
            SshKeyAlgorithms.EcdsaP521 => IsPoint(ref reader, "nistp521", 66),
            _ => IsRsa(ref reader),
        };
        if (!isOfItsKind)
        {
            throw new SshKeyException(SshKeyProblem.Unreadable, $"the {algorithm} key does not hold what such a key holds");
        }

        reader.ReadEnd();
    }

    private static bool IsPoint(ref SshReader reader, string curve, int coordinate)
    {
        var isCurve = reader.ReadText(32) == curve;
        var point = reader.ReadString();
        return isCurve && point.Length == 1 + (2 * coordinate) && point[0] == 4;
    }

    private static bool IsRsa(ref SshReader reader)
    {
        var exponent = reader.ReadPositiveInteger();
        var modulus = reader.ReadPositiveInteger();
        if (exponent.Length is 0 or > 8 || (exponent[^1] & 1) == 0 || exponent is [1] || modulus.IsEmpty || (modulus[^1] & 1) == 0)
        {
            return false;
        }

        var bits = (modulus.Length * 8) - (int.LeadingZeroCount(modulus[0]) - 24);
        return bits is >= SshKeyAlgorithms.SmallestRsaBits and <= LargestRsaBits
            ? true
            : throw new SshKeyException(
                SshKeyProblem.Unsupported, $"the RSA key has {bits} bits; {SshKeyAlgorithms.SmallestRsaBits} are the least and {LargestRsaBits} the most");
    }

    // Names of a peer's making are shown in messages: short, and visible only.
    private static string Shown(string name) => string.Concat(name.Take(40).Select(static x => x is > ' ' and <= '~' ? x : '?'));
}

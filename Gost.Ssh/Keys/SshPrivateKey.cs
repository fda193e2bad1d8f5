using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Security;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Security;

namespace Gost.Ssh.Keys;

/// <summary>A private key that signs: a host's or a user's. Thread-safe. Whoever makes one disposes it when nothing signs with it any more.</summary>
public sealed class SshPrivateKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PrivateKeyFile _file;

    private SshPrivateKey(PrivateKeyFile file, SshPublicKey publicKey) => (_file, PublicKey) = (file, publicKey);

    /// <summary>The public half.</summary>
    public SshPublicKey PublicKey { get; }

    /// <summary>The signatures it makes, the preferred ones first.</summary>
    public IReadOnlyList<string> SignatureAlgorithms => PublicKey.SignatureAlgorithms;

    /// <summary>Reads a key in the format of OpenSSH, PEM, PKCS#8 or PuTTY. Throws <see cref="SshKeyException"/>, with which passphrase is wanted.</summary>
    public static SshPrivateKey Parse(string text, string? passphrase = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(Encoding.UTF8.GetBytes(text), passphrase);
    }

    /// <summary>Reads a key in the format of OpenSSH, PEM, PKCS#8 or PuTTY. Throws <see cref="SshKeyException"/>, with which passphrase is wanted.</summary>
    public static SshPrivateKey Parse(ReadOnlyMemory<byte> text, string? passphrase = null)
    {
        PrivateKeyFile file;
        try
        {
            using MemoryStream stream = new(text.ToArray(), writable: false);
            file = new PrivateKeyFile(stream, string.IsNullOrEmpty(passphrase) ? null : passphrase);
        }
        catch (SshPassPhraseNullOrEmptyException e)
        {
            throw PassphraseNeeded(e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Explained(text.Span, passphrase, e);
        }

        try
        {
            return new SshPrivateKey(file, PublicHalf(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A new key of the kind <c>ssh-ed25519</c> or <c>ecdsa-sha2-nistp256</c>.</summary>
    public static SshPrivateKey Generate(string algorithm) => Parse(GenerateText(algorithm));

    /// <summary>A new key as the text that <see cref="Parse(string, string?)"/> reads, without a passphrase, to be kept.</summary>
    public static string GenerateText(string algorithm)
    {
        switch (algorithm)
        {
            case SshKeyAlgorithms.Ed25519:
                Ed25519PrivateKeyParameters key = new(new SecureRandom());
                return new string(PemEncoding.Write("OPENSSH PRIVATE KEY", OpenSshPrivateKeyUtilities.EncodePrivateKey(key))) + "\n";

            case SshKeyAlgorithms.EcdsaP256:
                using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    return ecdsa.ExportECPrivateKeyPem() + "\n";
                }

            default:
                throw new ArgumentException($"keys of the kind {algorithm} are not generated", nameof(algorithm));
        }
    }

    /// <summary>A signature over <paramref name="data"/> as it goes on the wire: the name of the algorithm, then its bytes.</summary>
    public byte[] Sign(string signatureAlgorithm, ReadOnlySpan<byte> data)
    {
        if (!SignatureAlgorithms.Contains(signatureAlgorithm, StringComparer.Ordinal))
        {
            throw new ArgumentException($"a {PublicKey.Algorithm} key does not sign with {signatureAlgorithm}", nameof(signatureAlgorithm));
        }

        // The library's objects are not for two threads at once.
        lock (_gate)
        {
            using var signer = SshPublicKey.Verifier(_file.Key, signatureAlgorithm);
            KeyHostAlgorithm algorithm = signer is null ? new(signatureAlgorithm, _file.Key) : new(signatureAlgorithm, _file.Key, signer);
            return algorithm.Sign(data.ToArray());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static SshPublicKey PublicHalf(PrivateKeyFile file)
    {
        // A certificate in the file comes as one more algorithm; the key itself always has its own name.
        foreach (var algorithm in file.HostKeyAlgorithms)
        {
            if (algorithm is KeyHostAlgorithm and not CertificateHostAlgorithm)
            {
                return SshPublicKey.Decode(algorithm.Data);
            }
        }

        throw new SshKeyException(SshKeyProblem.Unsupported, "keys of this kind are not supported; use ed25519, ecdsa or rsa");
    }

    private static SshKeyException Explained(ReadOnlySpan<byte> text, string? passphrase, Exception error)
    {
        if (!PrivateKeyText.IsEncrypted(text))
        {
            return error is NotSupportedException
                ? new SshKeyException(SshKeyProblem.Unsupported, $"the private key is of a kind that is not supported: {error.Message}", error)
                : new SshKeyException(SshKeyProblem.Unreadable, "the text is no private key in the format of OpenSSH, PEM, PKCS#8 or PuTTY", error);
        }

        return string.IsNullOrEmpty(passphrase)
            ? PassphraseNeeded(error)
            : new SshKeyException(SshKeyProblem.PassphraseWrong, "the passphrase does not open the private key", error);
    }

    private static SshKeyException PassphraseNeeded(Exception error) =>
        new(SshKeyProblem.PassphraseNeeded, "the private key is encrypted and no passphrase was given", error);
}

using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>The key exchanges by name.</summary>
internal static class KeyExchanges
{
    /// <summary>A fresh ephemeral key for the exchange <paramref name="name"/>, which was agreed on.</summary>
    public static IKeyExchange Create(string name) => name switch
    {
        AlgorithmNames.Curve25519 or AlgorithmNames.Curve25519LibSsh => new Curve25519Exchange(),
        AlgorithmNames.EcdhP256 => new NistCurveExchange(ECCurve.NamedCurves.nistP256, 32),
        AlgorithmNames.EcdhP384 => new NistCurveExchange(ECCurve.NamedCurves.nistP384, 48),
        _ => throw new ArgumentException($"{name} is no key exchange", nameof(name)),
    };

    /// <summary>The hash that goes with it: of the exchange, and of the keys that are derived.</summary>
    public static HashAlgorithmName HashOf(string name) => name == AlgorithmNames.EcdhP384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    /// <summary>A failure of the peer's part.</summary>
    public static SshException Refused(Exception? inner = null) => new(
        SshFailure.Protocol, SshDisconnectReason.KeyExchangeFailed, "the SSH peer's ephemeral key is no key of the agreed curve", inner);
}

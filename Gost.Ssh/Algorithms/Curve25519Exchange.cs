using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace Gost.Ssh.Algorithms;

/// <summary>X25519. Source: RFC 8731, RFC 7748 section 6.1.</summary>
internal sealed class Curve25519Exchange : IKeyExchange
{
    private readonly byte[] _private;
    private readonly byte[] _public = new byte[X25519.PointSize];

    public Curve25519Exchange()
        : this(RandomNumberGenerator.GetBytes(X25519.ScalarSize))
    {
    }

    /// <summary>With a given private key, which it takes over: for tests.</summary>
    internal Curve25519Exchange(byte[] privateKey)
    {
        _private = privateKey;
        X25519.ScalarMultBase(_private, 0, _public, 0);
    }

    public ReadOnlyMemory<byte> PublicKey => _public;

    public byte[] Agree(ReadOnlySpan<byte> peer)
    {
        if (peer.Length != X25519.PointSize)
        {
            throw KeyExchanges.Refused();
        }

        // False for a point of small order, whose secret would be zero whatever our key is.
        var secret = new byte[X25519.PointSize];
        return X25519.CalculateAgreement(_private, 0, peer.ToArray(), 0, secret, 0) ? secret : throw KeyExchanges.Refused();
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_private);
}

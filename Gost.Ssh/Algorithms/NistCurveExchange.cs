using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>ECDH over a NIST curve; points are uncompressed. Source: RFC 5656 section 4.</summary>
internal sealed class NistCurveExchange : IKeyExchange
{
    private const byte Uncompressed = 4;

    private readonly ECCurve _curve;
    private readonly int _coordinate;
    private readonly ECDiffieHellman _key;
    private readonly byte[] _public;

    public NistCurveExchange(ECCurve curve, int coordinate)
    {
        (_curve, _coordinate) = (curve, coordinate);
        _key = ECDiffieHellman.Create(curve);
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        _public = [Uncompressed, .. point.X!, .. point.Y!];
    }

    public ReadOnlyMemory<byte> PublicKey => _public;

    public byte[] Agree(ReadOnlySpan<byte> peer)
    {
        if (peer.Length != 1 + (2 * _coordinate) || peer[0] != Uncompressed)
        {
            throw KeyExchanges.Refused();
        }

        try
        {
            // Creating the key checks that the point is on the curve.
            using var other = ECDiffieHellman.Create(new ECParameters
            {
                Curve = _curve,
                Q = new ECPoint { X = peer.Slice(1, _coordinate).ToArray(), Y = peer[(1 + _coordinate)..].ToArray() },
            });
            using var otherPublic = other.PublicKey;
            return _key.DeriveRawSecretAgreement(otherPublic);
        }
        catch (CryptographicException e)
        {
            throw KeyExchanges.Refused(e);
        }
    }

    public void Dispose() => _key.Dispose();
}

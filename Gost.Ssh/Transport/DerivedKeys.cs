using System.Security.Cryptography;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Transport;

/// <summary>Derives the keys of one direction from an exchange's secret and hash. Source: RFC 4253 section 7.2.</summary>
internal sealed class DerivedKeys : IDerivedKeys
{
    private readonly HashAlgorithmName _algorithm;
    private readonly byte[] _secret;
    private readonly byte[] _hash;
    private readonly byte[] _sessionId;
    private readonly bool _fromClient;

    /// <summary>For the direction from the client, or from the server.</summary>
    public DerivedKeys(HashAlgorithmName algorithm, byte[] secret, byte[] hash, byte[] sessionId, bool fromClient)
    {
        _algorithm = algorithm;
        _secret = new SshWriter(secret.Length + 5).WritePositiveInteger(secret).ToArray();
        (_hash, _sessionId, _fromClient) = (hash, sessionId, fromClient);
    }

    public byte[] InitialVector(int size) => Derive(_fromClient ? 'A' : 'B', size);

    public byte[] Key(int size) => Derive(_fromClient ? 'C' : 'D', size);

    public byte[] MacKey(int size) => Derive(_fromClient ? 'E' : 'F', size);

    private byte[] Derive(char letter, int size)
    {
        using var hash = IncrementalHash.CreateHash(_algorithm);
        hash.AppendData(_secret);
        hash.AppendData(_hash);
        hash.AppendData([(byte)letter]);
        hash.AppendData(_sessionId);
        var key = hash.GetHashAndReset();
        while (key.Length < size)
        {
            hash.AppendData(_secret);
            hash.AppendData(_hash);
            hash.AppendData(key);
            key = [.. key, .. hash.GetHashAndReset()];
        }

        return key[..size];
    }
}

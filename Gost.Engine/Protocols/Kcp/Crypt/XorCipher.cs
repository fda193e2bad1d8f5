using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>Crypt <c>xor</c>: every datagram with one table made of the key. It hides, it does not protect. Immutable.</summary>
internal sealed class XorCipher : IPacketCipher
{
    private const int TableSize = 1500;
    private const int Rounds = 32;

    private readonly byte[] _table;

    /// <summary>Makes the table.</summary>
    public XorCipher(ReadOnlySpan<byte> key) =>
        _table = Rfc2898DeriveBytes.Pbkdf2(key, Encoding.ASCII.GetBytes("sH3CIVoF#rWLtJo6"), Rounds, HashAlgorithmName.SHA1, TableSize);

    /// <inheritdoc/>
    public void Encrypt(Span<byte> packet) => Apply(packet);

    /// <inheritdoc/>
    public void Decrypt(Span<byte> packet) => Apply(packet);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Apply(Span<byte> packet)
    {
        // No datagram is longer than the table: it stands for the largest one.
        var table = _table.AsSpan(0, packet.Length);
        var i = 0;
        for (; i <= packet.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(packet[i..]) ^ new Vector<byte>(table[i..])).CopyTo(packet[i..]);
        }

        for (; i < packet.Length; i++)
        {
            packet[i] ^= table[i];
        }
    }
}

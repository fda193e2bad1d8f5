using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>AES-GCM: the length field is authenticated, not encrypted. Source: RFC 5647 section 7, OpenSSH PROTOCOL section 1.6.</summary>
internal sealed class AesGcmPacketCipher : PacketCipher
{
    private const int Tag = 16;
    private const int FixedNonce = 4;

    private readonly AesGcm _cipher;
    private readonly byte[] _nonce;

    /// <summary>With a key of 16 or 32 bytes and the nonce of the first packet.</summary>
    public AesGcmPacketCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        _cipher = new AesGcm(key, Tag);
        _nonce = nonce.ToArray();
    }

    public override int BlockSize => 16;

    public override int TagSize => Tag;

    public override bool IsLengthApart => true;

    public override uint ReadLength(uint sequence, Span<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header);

    public override bool Open(uint sequence, Span<byte> packet)
    {
        var text = packet[4..^Tag];
        try
        {
            _cipher.Decrypt(_nonce, text, packet[^Tag..], text, packet[..4]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        Advance();
        return true;
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        var text = packet[4..^Tag];
        _cipher.Encrypt(_nonce, text, text, packet[^Tag..], packet[..4]);
        Advance();
    }

    public override void Dispose() => _cipher.Dispose();

    // The last eight bytes count the packets since the keys, whatever their sequence numbers are.
    private void Advance()
    {
        var counter = _nonce.AsSpan(FixedNonce);
        BinaryPrimitives.WriteUInt64BigEndian(counter, unchecked(BinaryPrimitives.ReadUInt64BigEndian(counter) + 1));
    }
}

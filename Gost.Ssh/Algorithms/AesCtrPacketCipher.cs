using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>
/// AES-CTR with an HMAC, either over what is encrypted, with a plain length field (etm), or over what is not, which the sequence number precedes in both.
/// Source: RFC 4344, RFC 4253 section 6.4, OpenSSH PROTOCOL section 1.5.
/// </summary>
internal sealed class AesCtrPacketCipher : PacketCipher
{
    private const int Block = 16;
    private const int LargestTag = 64;

    private readonly AesCtr _cipher;
    private readonly IncrementalHash _mac;
    private readonly bool _isEncryptThenMac;

    /// <summary>With the first counter, and a key of the MAC as long as its output.</summary>
    public AesCtrPacketCipher(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter, HashAlgorithmName hash, ReadOnlySpan<byte> macKey, bool isEncryptThenMac)
    {
        _cipher = new AesCtr(key, counter);
        _mac = IncrementalHash.CreateHMAC(hash, macKey);
        TagSize = macKey.Length;
        _isEncryptThenMac = isEncryptThenMac;
    }

    public override int BlockSize => Block;

    public override int TagSize { get; }

    public override bool IsLengthApart => _isEncryptThenMac;

    public override int HeaderSize => _isEncryptThenMac ? 4 : Block;

    public override uint ReadLength(uint sequence, Span<byte> header)
    {
        if (!_isEncryptThenMac)
        {
            _cipher.Apply(header[..Block]);
        }

        return BinaryPrimitives.ReadUInt32BigEndian(header);
    }

    public override bool Open(uint sequence, Span<byte> packet)
    {
        var text = packet[..^TagSize];
        Span<byte> tag = stackalloc byte[LargestTag];
        tag = tag[..TagSize];
        if (!_isEncryptThenMac)
        {
            _cipher.Apply(text[Block..]);
        }

        Authenticate(sequence, text, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, packet[^TagSize..]))
        {
            return false;
        }

        if (_isEncryptThenMac)
        {
            _cipher.Apply(text[4..]);
        }

        return true;
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        var text = packet[..^TagSize];
        var tag = packet[^TagSize..];
        if (_isEncryptThenMac)
        {
            _cipher.Apply(text[4..]);
            Authenticate(sequence, text, tag);
        }
        else
        {
            Authenticate(sequence, text, tag);
            _cipher.Apply(text);
        }
    }

    public override void Dispose()
    {
        _cipher.Dispose();
        _mac.Dispose();
    }

    private void Authenticate(uint sequence, ReadOnlySpan<byte> text, Span<byte> tag)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequence);
        _mac.AppendData(number);
        _mac.AppendData(text);
        _mac.GetHashAndReset(tag);
    }
}

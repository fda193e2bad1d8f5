using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>
/// chacha20-poly1305@openssh.com: one key for the length field, one for the rest; the tag covers both as they are sent. Source: OpenSSH
/// PROTOCOL.chacha20poly1305.
/// </summary>
internal sealed class ChaChaPolyPacketCipher : PacketCipher
{
    private const int KeySize = 32;

    // Its stream begins with block 1 as ours does, and with the counter's upper half zero the nonces are the same. Its tag is of another form and is
    // thrown away: even so it is several times as fast as anything without the platform's assembler.
    private readonly ChaCha20Poly1305 _stream;
    private readonly byte[] _mainKey;
    private readonly byte[] _lengthKey;
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _unused = new byte[Poly1305Tag.Size];

    /// <summary>With 64 bytes: the main key, then that of the length fields.</summary>
    public ChaChaPolyPacketCipher(ReadOnlySpan<byte> keys)
    {
        _mainKey = keys[..KeySize].ToArray();
        _lengthKey = keys.Slice(KeySize, KeySize).ToArray();
        _stream = new ChaCha20Poly1305(_mainKey);
    }

    public override int BlockSize => 8;

    public override int TagSize => Poly1305Tag.Size;

    public override bool IsLengthApart => true;

    public override uint ReadLength(uint sequence, Span<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header) ^ LengthKeystream(sequence);

    public override bool Open(uint sequence, Span<byte> packet)
    {
        Span<byte> block = stackalloc byte[ChaChaBlock.Size];
        ChaChaBlock.Write(_mainKey, sequence, 0, block);
        Span<byte> tag = stackalloc byte[Poly1305Tag.Size];
        Poly1305Tag.Write(block[..KeySize], packet[..^Poly1305Tag.Size], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, packet[^Poly1305Tag.Size..]))
        {
            return false;
        }

        Apply(sequence, packet[4..^Poly1305Tag.Size]);
        return true;
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet, BinaryPrimitives.ReadUInt32BigEndian(packet) ^ LengthKeystream(sequence));
        Apply(sequence, packet[4..^Poly1305Tag.Size]);
        Span<byte> block = stackalloc byte[ChaChaBlock.Size];
        ChaChaBlock.Write(_mainKey, sequence, 0, block);
        Poly1305Tag.Write(block[..KeySize], packet[..^Poly1305Tag.Size], packet[^Poly1305Tag.Size..]);
    }

    public override void Dispose()
    {
        _stream.Dispose();
        CryptographicOperations.ZeroMemory(_mainKey);
        CryptographicOperations.ZeroMemory(_lengthKey);
    }

    private uint LengthKeystream(uint sequence)
    {
        Span<byte> block = stackalloc byte[ChaChaBlock.Size];
        ChaChaBlock.Write(_lengthKey, sequence, 0, block);
        return BinaryPrimitives.ReadUInt32BigEndian(block);
    }

    private void Apply(uint sequence, Span<byte> text)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_nonce.AsSpan(4), sequence);
        _stream.Encrypt(_nonce, text, text, _unused);
    }
}

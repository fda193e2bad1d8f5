using System.Buffers.Binary;
using System.IO.Hashing;
using Gost.Engine.Protocols.Kcp.Crypt;
using Gost.Engine.Protocols.Kcp.Fec;

namespace Gost.Engine.Protocols.Kcp.Packets;

/// <summary>
/// NONCE(16) CRC32(4) before what FEC makes of the segments, all of it encrypted. FEC is made only where both ends have it: shards of a far end that has it
/// are taken in any case. Source: spec/wire/transports.md sections 7.2 and 7.3.
/// </summary>
internal sealed class PacketCodec : IPacketCodec
{
    /// <summary>The largest datagram that is spoken: no MTU is larger.</summary>
    public const int MaxPacketSize = 1500;

    private const int NonceSize = 16;
    private const int ChecksumSize = sizeof(uint);
    private const int HeaderSize = NonceSize + ChecksumSize;
    private const int SegmentHeaderSize = 24;

    private readonly IPacketCipher _cipher;
    private readonly NonceSource _nonces;
    private readonly FecMatrix? _matrix;
    private readonly int _mtu;
    private FecEncoder? _encoder;
    private FecDecoder? _decoder;

    /// <summary>Takes over <paramref name="cipher"/>; <paramref name="matrix"/> null = no FEC.</summary>
    public PacketCodec(IPacketCipher cipher, FecMatrix? matrix, int mtu, NonceSource nonces) =>
        (_cipher, _matrix, _mtu, _nonces) = (cipher, matrix, mtu, nonces);

    /// <inheritdoc/>
    public int Overhead => _matrix is null ? HeaderSize : HeaderSize + FecHeader.DataSize;

    /// <inheritdoc/>
    public void Seal(Span<byte> packet, IDatagramSink sink)
    {
        if (_matrix is null)
        {
            Hide(packet);
            sink.Commit(packet.Length);
            return;
        }

        _encoder ??= new FecEncoder(_matrix, _mtu - HeaderSize - FecHeader.Size);
        var isComplete = _encoder.AddData(packet[HeaderSize..]);
        Hide(packet);
        sink.Commit(packet.Length);
        for (var i = 0; isComplete && i < _matrix.ParityShards; i++)
        {
            var length = HeaderSize + _encoder.ParityLength;
            var parity = sink.Reserve(length)[..length];
            _encoder.WriteParity(i, parity[HeaderSize..]);
            Hide(parity);
            sink.Commit(length);
        }
    }

    /// <inheritdoc/>
    public bool Open(Span<byte> datagram, ISegmentSink sink)
    {
        if (datagram.Length is < HeaderSize + SegmentHeaderSize or > MaxPacketSize)
        {
            return false;
        }

        _cipher.Decrypt(datagram);
        ReadOnlySpan<byte> body = datagram[HeaderSize..];
        if (Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32LittleEndian(datagram[NonceSize..]))
        {
            return false;
        }

        // Where a shard has its flag a segment has its command, which is neither of the two.
        switch (BinaryPrimitives.ReadUInt16LittleEndian(body[sizeof(uint)..]))
        {
            case FecHeader.Data:
                return OpenData(body, sink);
            case FecHeader.Parity:
                Collect(body, isData: false, sink);
                return true;
            default:
                sink.OnSegments(body);
                return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cipher.Dispose();
        _decoder?.Dispose();
    }

    private bool OpenData(ReadOnlySpan<byte> body, ISegmentSink sink)
    {
        var shard = body[FecHeader.Size..];
        var size = BinaryPrimitives.ReadUInt16LittleEndian(shard);
        if (size < FecHeader.LengthSize + SegmentHeaderSize || size > shard.Length)
        {
            return false;
        }

        sink.OnSegments(shard[FecHeader.LengthSize..size]);
        Collect(body, isData: true, sink);
        return true;
    }

    private void Collect(ReadOnlySpan<byte> body, bool isData, ISegmentSink sink)
    {
        if (_matrix is not null)
        {
            _decoder ??= new FecDecoder(_matrix, MaxPacketSize - HeaderSize - FecHeader.Size);
            _decoder.Add(BinaryPrimitives.ReadUInt32LittleEndian(body), isData, body[FecHeader.Size..], sink);
        }
    }

    private void Hide(Span<byte> packet)
    {
        _nonces.Fill(packet[..NonceSize]);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[NonceSize..], Crc32.HashToUInt32(packet[HeaderSize..]));
        _cipher.Encrypt(packet);
    }
}

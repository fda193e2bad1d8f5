using System.Buffers;
using System.Buffers.Binary;
using Gost.Ssh.Algorithms;

namespace Gost.Ssh.Transport;

/// <summary>The packets that are sealed and not on their way, in one buffer, and the keys of their direction. Not thread-safe.</summary>
internal sealed class PacketSealer(SshTransportOptions options) : IDisposable
{
    /// <summary>What the buffer is to hold.</summary>
    public const int Room = 256 * 1024;

    private readonly PaddingSource _padding = new();
    private PacketCipher _cipher = new NoPacketCipher();
    private byte[]? _buffer;
    private uint _sequence;
    private long _bytes;
    private long _packets;

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    /// <summary>Whether so much was sealed that new keys are due.</summary>
    public bool IsDue { get; private set; }

    /// <summary>How long the packet with such a payload is.</summary>
    public int Total(int size) => PacketFormat.Total(_cipher, size);

    /// <summary>Appends bytes as they are.</summary>
    public void Put(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Append(bytes.Length));

    /// <summary>Appends the packet of a payload, which comes in two parts.</summary>
    public void Seal(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var size = head.Length + body.Length;
        var padding = PacketFormat.Padding(_cipher, size);
        var packet = Append(PacketFormat.HeaderSize + size + padding + _cipher.TagSize);
        BinaryPrimitives.WriteUInt32BigEndian(packet, (uint)(1 + size + padding));
        packet[4] = (byte)padding;
        head.CopyTo(packet[PacketFormat.HeaderSize..]);
        body.CopyTo(packet[(PacketFormat.HeaderSize + head.Length)..]);
        _padding.Fill(packet.Slice(PacketFormat.HeaderSize + size, padding));
        _cipher.Seal(_sequence, packet);
        unchecked
        {
            _sequence++;
        }

        _bytes += packet.Length;
        _packets++;
        IsDue = _bytes >= options.RekeyBytes || _packets >= options.RekeyPackets;
    }

    /// <summary>Hands out what it holds, in memory of the shared pool.</summary>
    public (byte[] Bytes, int Count) Take()
    {
        var taken = (_buffer!, Length);
        (_buffer, Length) = (null, 0);
        return taken;
    }

    /// <summary>The packets from now on have these keys, which it takes over.</summary>
    public void SwitchKeys(PacketCipher cipher, bool resetsSequence)
    {
        _cipher.Dispose();
        _cipher = cipher;
        (_bytes, _packets, IsDue) = (0, 0, false);
        if (resetsSequence)
        {
            _sequence = 0;
        }
    }

    public void Dispose()
    {
        _cipher.Dispose();
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, Length) = (null, 0);
        }
    }

    private Span<byte> Append(int count)
    {
        var needed = Length + count;
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(needed);
        }
        else if (needed > _buffer.Length)
        {
            // To the full room at the second packet of a bulk: it is not copied again.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(_buffer.Length * 4, Room)));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var appended = _buffer.AsSpan(Length, count);
        Length = needed;
        return appended;
    }
}

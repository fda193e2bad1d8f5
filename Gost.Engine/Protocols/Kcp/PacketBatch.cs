using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// Datagrams that leave together, one behind the other in one rented buffer, so that the kernel can take a run of them at once. Not thread-safe.
/// </summary>
internal sealed class PacketBatch(BufferPool buffers) : IDatagramSink
{
    // What the kernel takes as one at most; room for the parity of a group and one more datagram is added.
    private const int FullAt = 60_000;
    private const int BufferSize = 128 * 1024;

    private byte[]? _buffer;
    private int[] _lengths = new int[64];
    private int _used;

    /// <summary>Datagrams in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it is to be sent before more is put in.</summary>
    public bool IsFull => _used >= FullAt;

    /// <summary>The bytes of all datagrams, without gaps.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _used);

    /// <summary>The lengths of the datagrams.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    /// <inheritdoc/>
    public Span<byte> Reserve(int length)
    {
        if (_buffer is null)
        {
            _buffer = buffers.Rent(BufferSize);
        }
        else if (_used + length > _buffer.Length)
        {
            var larger = buffers.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _used).CopyTo(larger);
            buffers.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsSpan(_used, length);
    }

    /// <inheritdoc/>
    public void Commit(int length)
    {
        if (Count == _lengths.Length)
        {
            Array.Resize(ref _lengths, Count * 2);
        }

        _lengths[Count++] = length;
        _used += length;
    }

    /// <summary>Empties it; the buffer is given back.</summary>
    public void Clear()
    {
        (Count, _used) = (0, 0);
        if (_buffer is not null)
        {
            buffers.Return(_buffer);
            _buffer = null;
        }
    }
}

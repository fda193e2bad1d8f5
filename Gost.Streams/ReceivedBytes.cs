using System.Buffers;

namespace Gost.Streams;

/// <summary>
/// Bytes of a stream that wait to be read, in rented chunks that are filled to their ends, so that many small frames cost no more than few large ones.
/// Not thread-safe. <see cref="Clear"/> gives everything back.
/// </summary>
/// <param name="buffers">Where the chunks are rented; borrowed.</param>
public sealed class ReceivedBytes(ArrayPool<byte> buffers)
{
    // Small where little waits, and few where much does: the pool keeps a bounded number of each size.
    private const int FirstChunk = 1024;
    private const int NextChunk = 16 * 1024;
    private const int LargeChunk = 64 * 1024;
    private const int ChunksBeforeLarge = 4;

    private readonly Queue<byte[]> _chunks = new();
    private byte[]? _tail;
    private int _headStart;
    private int _tailEnd;

    /// <summary>Bytes that wait.</summary>
    public int Length { get; private set; }

    /// <summary>Copies the bytes in behind those that wait.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_tail is null || _tailEnd == _tail.Length)
            {
                var size = _chunks.Count == 0 ? FirstChunk : _chunks.Count < ChunksBeforeLarge ? NextChunk : LargeChunk;
                _tail = buffers.Rent(Math.Max(bytes.Length, size));
                _tailEnd = 0;
                _chunks.Enqueue(_tail);
            }

            var part = bytes[..Math.Min(bytes.Length, _tail.Length - _tailEnd)];
            part.CopyTo(_tail.AsSpan(_tailEnd));
            _tailEnd += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Takes as many bytes as fit and gives their number.</summary>
    public int Read(Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length && Length > 0)
        {
            var head = _chunks.Peek();
            var end = ReferenceEquals(head, _tail) ? _tailEnd : head.Length;
            var count = Math.Min(end - _headStart, destination.Length - total);
            head.AsSpan(_headStart, count).CopyTo(destination[total..]);
            total += count;
            Length -= count;
            _headStart += count;
            if (_headStart == end)
            {
                DropHead();
            }
        }

        return total;
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        while (_chunks.Count > 0)
        {
            DropHead();
        }

        Length = 0;
    }

    private void DropHead()
    {
        var head = _chunks.Dequeue();
        if (ReferenceEquals(head, _tail))
        {
            _tail = null;
        }

        _headStart = 0;
        buffers.Return(head);
    }
}

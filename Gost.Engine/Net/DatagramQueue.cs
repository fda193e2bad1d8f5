using System.Buffers;

namespace Gost.Engine.Net;

/// <summary>A bounded ring of datagrams in rented buffers; grows to what was needed. Not thread-safe.</summary>
internal sealed class DatagramQueue(int capacity)
{
    private Entry[] _ring = [];
    private int _head;

    /// <summary>Datagrams that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Copies a datagram in; false when the queue is full.</summary>
    public bool TryEnqueue(ReadOnlySpan<byte> datagram)
    {
        if (Count == capacity)
        {
            return false;
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        byte[] buffer = datagram.IsEmpty ? [] : ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(buffer);
        _ring[(_head + Count) % _ring.Length] = new Entry(buffer, datagram.Length);
        Count++;
        return true;
    }

    /// <summary>Copies the oldest datagram out, cut to the buffer, and gives the bytes copied; the queue must not be empty.</summary>
    public int Dequeue(Span<byte> buffer)
    {
        var entry = Take();
        var length = Math.Min(entry.Length, buffer.Length);
        entry.Buffer.AsSpan(0, length).CopyTo(buffer);
        Return(entry);
        return length;
    }

    /// <summary>The same, and leaves it where it is.</summary>
    public int Peek(Span<byte> buffer)
    {
        var entry = _ring[_head];
        var length = Math.Min(entry.Length, buffer.Length);
        entry.Buffer.AsSpan(0, length).CopyTo(buffer);
        return length;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            Return(Take());
        }

        _ring = [];
    }

    private static void Return(Entry entry)
    {
        if (entry.Buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(entry.Buffer);
        }
    }

    private Entry Take()
    {
        var entry = _ring[_head];
        _ring[_head] = default;
        _head = (_head + 1) % _ring.Length;
        Count--;
        return entry;
    }

    private void Grow()
    {
        var larger = new Entry[Math.Min(capacity, Math.Max(4, _ring.Length * 2))];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = _ring[(_head + i) % _ring.Length];
        }

        (_ring, _head) = (larger, 0);
    }

    private readonly record struct Entry(byte[] Buffer, int Length);
}

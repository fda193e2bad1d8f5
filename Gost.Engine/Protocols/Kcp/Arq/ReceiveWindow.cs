using System.Numerics;

namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>
/// Received segments by number: those in sequence wait to be read, the others for what is missing. Both together take no more than the window, whatever
/// the peer sends. Not thread-safe. Source: spec/wire/transports.md section 7.4.
/// </summary>
internal sealed class ReceiveWindow(int size, SegmentStore store, uint first)
{
    private IncomingSegment[] _ring = new IncomingSegment[16];
    private uint _first = first;
    private int _offset;

    /// <summary>The first number that is missing: UNA.</summary>
    public uint Next { get; private set; } = first;

    /// <summary>Segments in sequence that wait to be read.</summary>
    public int Readable => (int)(Next - _first);

    /// <summary>Free slots: WND.</summary>
    public int Free => size - Readable;

    /// <summary>The largest window.</summary>
    public int Size => size;

    /// <summary>Whether a segment is to be acknowledged: it has room, or was here before.</summary>
    public bool Acknowledges(uint number) => (int)(number - (_first + (uint)size)) < 0;

    /// <summary>Takes a segment; what was here before, or has no room, is left out. Whether it is new.</summary>
    public bool Add(uint number, ReadOnlySpan<byte> data)
    {
        if ((int)(number - Next) < 0 || !Acknowledges(number) || data.Length > store.SlotSize)
        {
            return false;
        }

        Grow((int)(number - _first) + 1);
        ref var segment = ref At(number);
        if (segment.IsHere)
        {
            return false;
        }

        segment.IsHere = true;
        segment.Length = data.Length;
        segment.Slot = -1;
        if (!data.IsEmpty)
        {
            segment.Slot = store.Rent();
            data.CopyTo(store.Bytes(segment.Slot));
        }

        while ((int)(Next - _first) < _ring.Length && At(Next).IsHere && (int)(Next - _first) < size)
        {
            Next++;
        }

        SkipEmpty();
        return true;
    }

    /// <summary>Reads what is in sequence; 0 = nothing is.</summary>
    public int Read(Span<byte> buffer)
    {
        var total = 0;
        while (Readable > 0 && total < buffer.Length)
        {
            ref var segment = ref At(_first);
            var count = Math.Min(segment.Length - _offset, buffer.Length - total);
            store.Bytes(segment.Slot).Slice(_offset, count).CopyTo(buffer[total..]);
            (total, _offset) = (total + count, _offset + count);
            if (_offset == segment.Length)
            {
                Drop(ref segment);
                SkipEmpty();
            }
        }

        return total;
    }

    private void SkipEmpty()
    {
        // Nobody of ours sends a segment without data, but it is one.
        while (Readable > 0 && At(_first).Length == 0)
        {
            Drop(ref At(_first));
        }
    }

    private void Drop(ref IncomingSegment segment)
    {
        if (segment.Slot >= 0)
        {
            store.Return(segment.Slot);
        }

        segment = default;
        _offset = 0;
        _first++;
    }

    private ref IncomingSegment At(uint number) => ref _ring[number & (uint)(_ring.Length - 1)];

    private void Grow(int count)
    {
        if (count <= _ring.Length)
        {
            return;
        }

        var ring = new IncomingSegment[(int)BitOperations.RoundUpToPowerOf2((uint)count)];
        for (uint i = 0; i < _ring.Length; i++)
        {
            ring[(_first + i) & (uint)(ring.Length - 1)] = At(_first + i);
        }

        _ring = ring;
    }
}

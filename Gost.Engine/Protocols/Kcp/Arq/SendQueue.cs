using System.Numerics;

namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>
/// Segments by number: those under way, then those that wait to be sent. The last one that waits is filled up by later writes, as in stream mode. Not
/// thread-safe.
/// </summary>
/// <param name="segmentSize">Most bytes of data in a segment.</param>
/// <param name="capacity">Most segments, both kinds together.</param>
/// <param name="store">Where the data is.</param>
/// <param name="first">The first number.</param>
internal sealed class SendQueue(int segmentSize, int capacity, SegmentStore store, uint first)
{
    private OutgoingSegment[] _ring = new OutgoingSegment[16];

    /// <summary>The first number that is not acknowledged.</summary>
    public uint First { get; private set; } = first;

    /// <summary>The first number that was not sent yet.</summary>
    public uint Next { get; private set; } = first;

    /// <summary>Behind the last one.</summary>
    public uint End { get; private set; } = first;

    /// <summary>Segments under way.</summary>
    public int UnderWay => (int)(Next - First);

    /// <summary>Segments that wait to be sent.</summary>
    public int Waiting => (int)(End - Next);

    /// <summary>Whether everything was acknowledged.</summary>
    public bool IsEmpty => End == First;

    /// <summary>Most bytes of data in a segment.</summary>
    public int SegmentSize => segmentSize;

    /// <summary>A segment between <see cref="First"/> and <see cref="End"/>.</summary>
    public ref OutgoingSegment this[uint number] => ref _ring[number & (uint)(_ring.Length - 1)];

    /// <summary>Takes bytes that are to be sent; gives how many there was room for.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        if (Waiting > 0 && bytes.Length > 0)
        {
            ref var last = ref this[End - 1];
            taken = Math.Min(bytes.Length, segmentSize - last.Length);
            bytes[..taken].CopyTo(store.Bytes(last.Slot)[last.Length..]);
            last.Length += taken;
        }

        while (taken < bytes.Length && (int)(End - First) < capacity)
        {
            Grow((int)(End - First) + 1);
            var count = Math.Min(segmentSize, bytes.Length - taken);
            ref var segment = ref this[End++];
            segment = default;
            segment.Slot = store.Rent();
            segment.Length = count;
            bytes.Slice(taken, count).CopyTo(store.Bytes(segment.Slot));
            taken += count;
        }

        return taken;
    }

    /// <summary>The next waiting segment is under way.</summary>
    public void Advance() => Next++;

    /// <summary>The bytes of a segment that is under way.</summary>
    public ReadOnlySpan<byte> Bytes(uint number) => store.Bytes(this[number].Slot)[..this[number].Length];

    /// <summary>Every number before <paramref name="unacknowledged"/> has arrived; gives how many of them were not known to have.</summary>
    public int TakeBelow(uint unacknowledged)
    {
        var count = 0;
        if ((int)(unacknowledged - First) <= 0 || (int)(unacknowledged - Next) > 0)
        {
            return 0;
        }

        while (First != unacknowledged)
        {
            count += Take(ref this[First]) ? 1 : 0;
            First++;
        }

        return count;
    }

    /// <summary>One segment has arrived; false: it was known, or is none that is under way.</summary>
    public bool TakeOne(uint number)
    {
        if ((int)(number - First) < 0 || (int)(number - Next) >= 0 || !Take(ref this[number]))
        {
            return false;
        }

        this[number].IsNewlyTaken = true;
        return true;
    }

    /// <summary>Forgets the beginning as far as it has arrived.</summary>
    public void Trim()
    {
        while (First != Next && this[First].IsTaken)
        {
            First++;
        }
    }

    private bool Take(ref OutgoingSegment segment)
    {
        if (segment.IsTaken)
        {
            return false;
        }

        segment.IsTaken = true;
        store.Return(segment.Slot);
        return true;
    }

    private void Grow(int count)
    {
        if (count <= _ring.Length)
        {
            return;
        }

        var ring = new OutgoingSegment[(int)BitOperations.RoundUpToPowerOf2((uint)count)];
        for (var number = First; number != End; number++)
        {
            ring[number & (uint)(ring.Length - 1)] = this[number];
        }

        _ring = ring;
    }
}

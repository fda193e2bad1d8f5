namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>A set of 64-bit marks that only grows: open addressing, 8 bytes a slot, at most half full. Not thread-safe.</summary>
internal sealed class SaltSet
{
    private const int FirstSlots = 256;

    private ulong[] _slots = new ulong[FirstSlots];

    /// <summary>Marks in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a mark is in it.</summary>
    public bool Contains(ulong mark) => _slots[Find(_slots, Used(mark))] != 0;

    /// <summary>Adds a mark; false = it was in it.</summary>
    public bool TryAdd(ulong mark)
    {
        mark = Used(mark);
        if (2 * (Count + 1) > _slots.Length)
        {
            Grow();
        }

        ref var slot = ref _slots[Find(_slots, mark)];
        if (slot != 0)
        {
            return false;
        }

        slot = mark;
        Count++;
        return true;
    }

    /// <summary>Empties it and keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
    }

    // 0 stands for an empty slot.
    private static ulong Used(ulong mark) => mark == 0 ? 1 : mark;

    private static int Find(ulong[] slots, ulong mark)
    {
        var at = (int)mark & (slots.Length - 1);
        while (slots[at] != 0 && slots[at] != mark)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        return at;
    }

    private void Grow()
    {
        var larger = new ulong[2 * _slots.Length];
        foreach (var mark in _slots)
        {
            if (mark != 0)
            {
                larger[Find(larger, mark)] = mark;
            }
        }

        _slots = larger;
    }
}

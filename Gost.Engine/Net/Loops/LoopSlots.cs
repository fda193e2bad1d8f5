namespace Gost.Engine.Net.Loops;

/// <summary>
/// Who is told of which event: handlers by token. A token is a slot and the slot's generation, so that an event that was under way when its descriptor was
/// unregistered meets nobody. Adding and removing from any thread, finding on the loop's.
/// </summary>
internal sealed class LoopSlots
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private Slot[] _slots = new Slot[64];
    private int _used;

    /// <summary>Handlers now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _used - _free.Count;
            }
        }
    }

    /// <summary>A token for the handler.</summary>
    public ulong Add(ILoopHandler handler)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var index))
            {
                index = _used++;
                if (index == _slots.Length)
                {
                    var larger = new Slot[_slots.Length * 2];
                    _slots.CopyTo(larger, 0);
                    Volatile.Write(ref _slots, larger);
                }
            }

            ref var slot = ref _slots[index];
            slot.Handler = handler;
            return ((ulong)slot.Generation << 32) | (uint)index;
        }
    }

    /// <summary>Forgets a token; no effect the second time.</summary>
    public bool Remove(ulong token)
    {
        lock (_gate)
        {
            ref var slot = ref _slots[(int)(uint)token];
            if (slot.Generation != (uint)(token >> 32) || slot.Handler is null)
            {
                return false;
            }

            slot.Handler = null;
            slot.Generation++;
            _free.Push((int)(uint)token);
            return true;
        }
    }

    /// <summary>The handler of a token, null when it was removed.</summary>
    public ILoopHandler? Find(ulong token)
    {
        ref var slot = ref Volatile.Read(ref _slots)[(int)(uint)token];
        var handler = Volatile.Read(ref slot.Handler);
        return Volatile.Read(ref slot.Generation) == (uint)(token >> 32) ? handler : null;
    }

    private struct Slot
    {
        public ILoopHandler? Handler;
        public uint Generation;
    }
}

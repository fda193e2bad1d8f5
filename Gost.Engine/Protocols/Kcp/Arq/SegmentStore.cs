using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>
/// Room for the data of a session's segments, both directions: slots of one size in rented blocks. When none is used the blocks are given back, so that an
/// idle session holds nothing. Not thread-safe.
/// </summary>
/// <param name="buffers">Where blocks are rented.</param>
/// <param name="slotSize">Bytes of a slot.</param>
internal sealed class SegmentStore(BufferPool buffers, int slotSize)
{
    private const int BlockSize = 64 * 1024;

    private readonly int _slotsPerBlock = Math.Max(1, BlockSize / slotSize);
    private readonly List<byte[]> _blocks = [];
    private readonly Stack<int> _free = new();
    private int _used;

    /// <summary>Slots in use.</summary>
    public int Used => _used;

    /// <summary>Largest data of a segment that fits.</summary>
    public int SlotSize => slotSize;

    /// <summary>A slot, content undefined; <see cref="Return"/> it exactly once.</summary>
    public int Rent()
    {
        if (_free.Count == 0)
        {
            var first = _blocks.Count * _slotsPerBlock;
            _blocks.Add(buffers.Rent(_slotsPerBlock * slotSize));
            for (var slot = first + _slotsPerBlock - 1; slot >= first; slot--)
            {
                _free.Push(slot);
            }
        }

        _used++;
        return _free.Pop();
    }

    /// <summary>The bytes of a slot.</summary>
    public Span<byte> Bytes(int slot) => _blocks[slot / _slotsPerBlock].AsSpan(slot % _slotsPerBlock * slotSize, slotSize);

    /// <summary>Gives a slot back.</summary>
    public void Return(int slot)
    {
        if (--_used == 0)
        {
            Clear();
        }
        else
        {
            _free.Push(slot);
        }
    }

    /// <summary>Gives everything back, also slots in use: their data is gone.</summary>
    public void Clear()
    {
        _used = 0;
        _free.Clear();
        foreach (var block in _blocks)
        {
            buffers.Return(block);
        }

        _blocks.Clear();
    }
}

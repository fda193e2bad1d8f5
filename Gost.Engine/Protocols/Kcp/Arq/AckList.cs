namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>Acknowledgements that are due. Not thread-safe. Source: spec/wire/transports.md section 7.4.</summary>
internal sealed class AckList
{
    // More are not remembered: what is not acknowledged is sent again, and acknowledged then.
    private const int Largest = 1 << 14;

    private (uint Number, uint Timestamp)[] _items = new (uint, uint)[16];

    /// <summary>Acknowledgements in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(uint number, uint timestamp)
    {
        if (Count == _items.Length)
        {
            if (Count >= Largest)
            {
                return;
            }

            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = (number, timestamp);
    }

    /// <summary>
    /// Keeps what must be said beside <paramref name="unacknowledged"/>: numbers from there on, and the last one, whose timestamp measures the round trip.
    /// </summary>
    public void Reduce(uint unacknowledged)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (i == Count - 1 || (int)(_items[i].Number - unacknowledged) >= 0)
            {
                _items[kept++] = _items[i];
            }
        }

        Count = kept;
    }

    /// <summary>What is due, oldest first.</summary>
    public ReadOnlySpan<(uint Number, uint Timestamp)> Items => _items.AsSpan(0, Count);

    /// <summary>The first <paramref name="count"/> are on their way.</summary>
    public void RemoveFirst(int count)
    {
        _items.AsSpan(count, Count - count).CopyTo(_items);
        Count -= count;
    }
}

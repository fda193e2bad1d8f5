namespace Gost.Engine.Relaying;

/// <summary>
/// Says when a relay is to change between the loops for small messages and those for bulk data: by what its turns move on average, and late enough that
/// the change, which costs two wake-ups of a thread at most, weighs nothing beside what was moved before it.
/// </summary>
internal struct BulkGauge
{
    /// <summary>Bytes of a turn from which on it is one of bulk data.</summary>
    private const int LargeTurn = 32 * 1024;

    /// <summary>What turns must have moved beyond that.</summary>
    private const int Excess = 4 * 1024 * 1024;

    /// <summary>Bytes of a turn up to which it is one of small messages.</summary>
    private const int SmallTurn = 16 * 1024;

    /// <summary>What turns must have stayed below that: 64 of tiny messages.</summary>
    private const int Shortfall = 64 * SmallTurn;

    private long _seen;

    /// <summary>Notes the bytes that a turn has read, on a loop for bulk data or not. True when it is time to change.</summary>
    public bool Note(long bytes, bool onBulkLoop)
    {
        if (bytes == 0)
        {
            return false;
        }

        _seen = Math.Max(0, _seen + (onBulkLoop ? SmallTurn - bytes : bytes - LargeTurn));
        return _seen >= (onBulkLoop ? Shortfall : Excess);
    }

    /// <summary>Begins anew.</summary>
    public void Reset() => _seen = 0;
}

namespace Gost.Engine.Net.Loops;

/// <summary>
/// Something that is to happen on a loop after a time, as a base class so that a connection needs no second object. For the loop's thread.
/// </summary>
internal abstract class LoopTimer
{
    /// <summary>When, as a time stamp of the engine's clock; <see cref="LoopTimers"/> sets it.</summary>
    internal long Due { get; set; }

    /// <summary>Its neighbours in the list of <see cref="LoopTimers"/>.</summary>
    internal LoopTimer? Next { get; set; }

    internal LoopTimer? Previous { get; set; }

    /// <summary>Which list of <see cref="LoopTimers"/> it is in, while it is set.</summary>
    internal short Slot { get; set; }

    /// <summary>Whether it waits.</summary>
    internal bool IsSet { get; set; }

    /// <summary>The time is over; the timer is no longer set and may be set anew. On the loop's thread; must not wait.</summary>
    protected internal abstract void OnTimer();
}

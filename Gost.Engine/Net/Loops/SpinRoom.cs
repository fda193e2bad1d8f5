namespace Gost.Engine.Net.Loops;

/// <summary>How many loops of an engine may look for events at once instead of sleeping: the other cores are left to whoever makes the events. Any thread.</summary>
internal sealed class SpinRoom(int places)
{
    private int _taken;

    /// <summary>Takes a place, which <see cref="Leave"/> gives back; false when there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= places)
        {
            return true;
        }

        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);
}

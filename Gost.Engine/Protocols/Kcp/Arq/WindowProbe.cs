namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>Asks a far end that has no room from time to time whether it has, as what it said of it may be lost. Times in milliseconds.</summary>
internal sealed class WindowProbe
{
    /// <summary>Until the first question; GOST waits 7 s, which is how long one lost datagram would stop a stream.</summary>
    public const int FirstWait = 500;

    private const int LongestWait = 120_000;

    private int _wait;
    private uint _dueAt;

    /// <summary>Whether a question is scheduled.</summary>
    public bool IsActive => _wait > 0;

    /// <summary>When the next question is due.</summary>
    public uint DueAt => _dueAt;

    /// <summary>There is room, or nothing to be sent.</summary>
    public void Stop() => _wait = 0;

    /// <summary>There is no room for what is to be sent; true when it is time to ask.</summary>
    public bool IsDue(uint now)
    {
        if (_wait == 0)
        {
            (_wait, _dueAt) = (FirstWait, now + FirstWait);
            return false;
        }

        if ((int)(now - _dueAt) < 0)
        {
            return false;
        }

        _wait = Math.Min(LongestWait, _wait + (_wait / 2));
        _dueAt = now + (uint)_wait;
        return true;
    }
}

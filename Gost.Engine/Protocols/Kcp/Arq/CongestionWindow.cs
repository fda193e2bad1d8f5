namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>How many segments may be under way because of what the path has taken; without congestion control any number.</summary>
/// <param name="isOff">The option <c>nc</c>.</param>
/// <param name="limit">Largest window that helps: the send window.</param>
internal sealed class CongestionWindow(bool isOff, int limit)
{
    private const int Least = 2;

    private int _threshold = int.MaxValue;
    private int _credit;
    private uint _recoveryEnd;
    private bool _recovering;

    /// <summary>Segments that may be under way.</summary>
    public int Size { get; private set; } = isOff ? int.MaxValue : 4;

    /// <summary>The far end has taken <paramref name="segments"/> more, up to number <paramref name="unacknowledged"/>.</summary>
    public void OnTaken(int segments, uint unacknowledged)
    {
        if (isOff)
        {
            return;
        }

        if (_recovering && (int)(unacknowledged - _recoveryEnd) >= 0)
        {
            _recovering = false;
        }

        if (_recovering || Size >= limit)
        {
            return;
        }

        if (Size < _threshold)
        {
            Size = Math.Min(limit, Size + segments);
            return;
        }

        // One more per round trip.
        _credit += segments;
        if (_credit >= Size)
        {
            _credit -= Size;
            Size++;
        }
    }

    /// <summary>
    /// Segments before number <paramref name="next"/> were lost, as later ones have arrived. Counts once per window, as all losses of it are one event.
    /// </summary>
    public void OnLoss(int underWay, uint next)
    {
        if (isOff || _recovering)
        {
            return;
        }

        (_recovering, _recoveryEnd) = (true, next);
        _threshold = Math.Max(Least, underWay / 2);
        Size = _threshold;
        _credit = 0;
    }

    /// <summary>A segment timed out: nothing is known of the path any more.</summary>
    public void OnTimeOut(int underWay, uint next)
    {
        if (isOff)
        {
            return;
        }

        if (!_recovering)
        {
            _threshold = Math.Max(Least, underWay / 2);
        }

        (_recovering, _recoveryEnd) = (true, next);
        Size = Math.Min(Size, Math.Max(Least, _threshold / 2));
        _credit = 0;
    }
}

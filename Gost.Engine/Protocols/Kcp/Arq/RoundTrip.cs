namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>Estimates after which time a segment that is not acknowledged was lost. Source: spec/wire/transports.md section 7.4 (RTO).</summary>
/// <param name="noDelay">Least RTO 30 ms instead of 100.</param>
/// <param name="interval">The far end's acknowledgements may come this much late, milliseconds.</param>
internal sealed class RoundTrip(bool noDelay, int interval)
{
    /// <summary>Longest RTO, milliseconds.</summary>
    public const int Longest = 60_000;

    private const int Initial = 200;

    private readonly int _least = noDelay ? 30 : 100;
    private int _smoothed;
    private int _variation;

    /// <summary>Retransmission time-out, milliseconds.</summary>
    public int TimeOut { get; private set; } = Initial;

    /// <summary>Smoothed round trip, milliseconds; 0 = nothing measured.</summary>
    public int Smoothed => _smoothed;

    /// <summary>One measured round trip, milliseconds; what cannot be one is left out.</summary>
    public void Add(int sample)
    {
        if (sample is < 0 or > Longest)
        {
            return;
        }

        if (_smoothed == 0)
        {
            (_smoothed, _variation) = (Math.Max(1, sample), sample / 2);
        }
        else
        {
            _variation = ((3 * _variation) + Math.Abs(sample - _smoothed)) / 4;
            _smoothed = Math.Max(1, ((7 * _smoothed) + sample) / 8);
        }

        TimeOut = Math.Clamp(_smoothed + Math.Max(interval, 4 * _variation), _least, Longest);
    }
}

using Gost.Engine.Abstractions;

namespace Gost.Engine.Binds;

/// <summary>
/// How long to wait before a far end is asked again. 1, 2, 4, 5, 5 … s as GOST does, with two exceptions that let forwarding resume within two seconds of
/// a far end's return: when the bind worked not long ago, the first attempt comes at once and the steps end at 1 s; a host that refuses connections
/// is asked every second. Source: spec/wire/remote-forwarding.md section 7, docs/deviations.md.
/// </summary>
internal sealed class BindBackOff(TimeProvider time)
{
    /// <summary>A bind that lasted for less is none that worked: a far end that drops each at once must not be asked without pause.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(1);

    /// <summary>For how long a bind that worked makes the steps short.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan[] Usual = [Second, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)];
    private static readonly TimeSpan[] Resuming =
        [TimeSpan.Zero, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(0.8), Second];

    private int _failures;
    private long? _boundAt;
    private long? _lostAt;

    /// <summary>The far end has bound.</summary>
    public void Bound() => _boundAt = time.GetTimestamp();

    /// <summary>The bind, or the attempt to bind, has failed: the time to wait.</summary>
    public TimeSpan Next(FlowException fault)
    {
        if (_boundAt is { } boundAt)
        {
            _boundAt = null;
            if (time.GetElapsedTime(boundAt) >= Lasting)
            {
                (_lostAt, _failures) = (time.GetTimestamp(), 0);
            }
        }

        var steps = _lostAt is { } lostAt && time.GetElapsedTime(lostAt) < Recent ? Resuming : Usual;
        var delay = steps[Math.Min(_failures++, steps.Length - 1)];
        return fault is { Layer: FlowLayer.Dial, Error: FlowError.Refused } && delay > Second ? Second : delay;
    }
}

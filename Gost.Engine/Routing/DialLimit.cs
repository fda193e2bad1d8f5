namespace Gost.Engine.Routing;

/// <summary>How long an attempt may take; tells its own end from the caller's.</summary>
internal readonly record struct DialLimit(TimeSpan Limit, TimeProvider Time)
{
    /// <summary>A token that is cancelled at the limit or by the caller; dispose the scope.</summary>
    public Scope Start(CancellationToken caller)
    {
        if (Limit == Timeout.InfiniteTimeSpan)
        {
            return new Scope(null, default, caller);
        }

        CancellationTokenSource timer = new(Limit, Time);
        return new Scope(timer, caller.UnsafeRegister(static x => ((CancellationTokenSource)x!).Cancel(), timer), caller);
    }

    /// <summary>One running limit.</summary>
    internal readonly record struct Scope(CancellationTokenSource? Timer, CancellationTokenRegistration Registration, CancellationToken Caller) : IDisposable
    {
        /// <summary>What the attempt is to watch.</summary>
        public CancellationToken Token => Timer?.Token ?? Caller;

        /// <inheritdoc/>
        public void Dispose()
        {
            Registration.Dispose();
            Timer?.Dispose();
        }
    }
}

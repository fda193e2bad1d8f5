namespace Gost.Engine.Abstractions;

/// <summary>Serves one accepted flow after another, many at once.</summary>
public interface IHandler
{
    /// <summary>
    /// Serves the flow to its end; the caller owns and disposes <paramref name="inbound"/>. Throws <see cref="FlowException"/> for what
    /// failed before relaying; how relaying ended is no error. <paramref name="stopping"/> aborts set-up, not a running relay, which
    /// ends when its streams are aborted.
    /// </summary>
    ValueTask HandleAsync(Inbound inbound, CancellationToken stopping);
}

namespace Gost.Tests.Testing;

/// <summary>Waits for something outside this process, which can only be looked at again and again.</summary>
internal static class Eventually
{
    /// <summary>Returns as soon as the condition holds; throws <see cref="TimeoutException"/> that names <paramref name="what"/> otherwise.</summary>
    public static async Task TrueAsync(string what, TimeSpan within, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > within)
            {
                throw new TimeoutException($"{what} did not come true within {within}");
            }

            await timer.WaitForNextTickAsync(cancellationToken);

            // When to look took longer than a tick the next one is there already; whoever is to make it true may need this thread.
            await Task.Yield();
        }
    }

    /// <inheritdoc cref="TrueAsync(string, TimeSpan, Func{Task{bool}}, CancellationToken)"/>
    public static Task TrueAsync(string what, TimeSpan within, Func<bool> condition, CancellationToken cancellationToken) =>
        TrueAsync(what, within, () => Task.FromResult(condition()), cancellationToken);
}

using System.Collections.Concurrent;

namespace Gost.Tests.EndToEnd.Soak;

/// <summary>
/// A fixed number of workers that repeat their exchanges until they are stopped, so that the load is even. The first fault stops all of them.
/// </summary>
internal sealed class SoakLoad : IAsyncDisposable
{
    /// <summary>How many kinds of exchange there are.</summary>
    public const int AllKinds = 9;

    // Short connections are paced: closed ones hold client ports for a minute.
    private static readonly TimeSpan ConnectPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ChangePeriod = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentDictionary<string, long> _done = new(StringComparer.Ordinal);
    private readonly List<Task> _workers = [];
    private long _lost;

    /// <summary>Starts the load; <paramref name="cancellationToken"/> ends it as <see cref="StopAsync"/> does.</summary>
    public SoakLoad(SoakServices services, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var i = 0; i < 4; i++)
        {
            Start("connects", ConnectPeriod, (_, ct) => SoakTraffic.ConnectAsync(services.Echo, ct));
            Start("ping-pongs", default, (_, ct) => SoakTraffic.PingPongAsync(services.Echo, ct));
            Start("UDP sessions", ConnectPeriod, async (_, ct) => Interlocked.Add(ref _lost, await SoakTraffic.DatagramsAsync(services.Datagrams, ct)));
        }

        Start("bulk transfers", default, (i, ct) => SoakTraffic.BulkAsync(services.Echo, (4 + (i % 13)) << 20, ct));
        Start("bulk transfers", default, (i, ct) => SoakTraffic.BulkAsync(services.Echo, (1 + (i % 5)) << 17, ct));
        Start("half-closes", ConnectPeriod, (_, ct) => SoakTraffic.HalfCloseAsync(services.Late, ct));
        Start("aborts", ConnectPeriod, (_, ct) => SoakTraffic.AbortAsync(services.Echo, ct));
        Start("resets", ConnectPeriod, (_, ct) => SoakTraffic.BrokenAsync(services.Reset, ct));
        Start("refusals", ConnectPeriod, (_, ct) => SoakTraffic.BrokenAsync(services.Refused, ct));
        Start("changes", ChangePeriod, services.ChangeAsync);
    }

    /// <summary>Cancelled when the load has ended, by a fault or otherwise.</summary>
    public CancellationToken Ended => _stop.Token;

    /// <summary>Datagrams that were not answered, of all that were sent.</summary>
    public double Loss => Volatile.Read(ref _lost) / Math.Max(1.0, 5.0 * _done.GetValueOrDefault("UDP sessions"));

    /// <summary>What was done until now.</summary>
    public string Done => string.Join(", ", _done.OrderBy(static x => x.Key, StringComparer.Ordinal).Select(static x => $"{x.Value} {x.Key}"));

    /// <summary>How many kinds of exchange were done at least once.</summary>
    public int Kinds => _done.Count;

    /// <summary>Stops the load and throws the first fault.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_workers));
        _stop.Dispose();
    }

    private void Start(string name, TimeSpan period, Func<int, CancellationToken, Task> exchange) => _workers.Add(RepeatAsync(name, period, exchange));

    private async Task RepeatAsync(string name, TimeSpan period, Func<int, CancellationToken, Task> exchange)
    {
        using PeriodicTimer? timer = period > TimeSpan.Zero ? new(period) : null;
        try
        {
            for (var i = 0; timer is null || await timer.WaitForNextTickAsync(Ended); i++)
            {
                await exchange(i, Ended);
                _done.AddOrUpdate(name, 1, static (_, count) => count + 1);
            }
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            await _stop.CancelAsync();
            throw new InvalidOperationException($"{name}: {e.Message}", e);
        }
    }
}

using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.ControlPlane;

/// <summary>Tries failed services again after 1, 2, 4, 5, 5 … seconds, until they work or are changed.</summary>
internal sealed class RetryLoop : IAsyncDisposable
{
    private static readonly ImmutableArray<int> BackOffSeconds = [1, 2, 4, 5];
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private Task _loop = Task.CompletedTask;

    public RetryLoop(TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        _timer = time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins; <paramref name="attempt"/> tries the named services once and schedules those that fail again.</summary>
    public void Start(Func<IReadOnlyList<string>, CancellationToken, ValueTask> attempt) => _loop = RunAsync(attempt);

    /// <summary>Tries a service again after its next back-off.</summary>
    public void Schedule(string service)
    {
        lock (_gate)
        {
            var attempts = _entries.TryGetValue(service, out var entry) ? entry.Attempts : 0;
            var delay = TimeSpan.FromSeconds(BackOffSeconds[Math.Min(attempts, BackOffSeconds.Length - 1)]);
            _entries[service] = new Entry(attempts + 1, _time.GetUtcNow() + delay);
            Arm();
        }
    }

    /// <summary>The service works, or is gone.</summary>
    public void Forget(string service)
    {
        lock (_gate)
        {
            _entries.Remove(service);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _wake.Writer.TryComplete();
        await _loop;
        await _timer.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync(Func<IReadOnlyList<string>, CancellationToken, ValueTask> attempt)
    {
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_stopping.Token))
            {
                _wake.Reader.TryRead(out _);
                var due = TakeDue();
                if (due.Count > 0)
                {
                    await TryAsync(attempt, due);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async ValueTask TryAsync(Func<IReadOnlyList<string>, CancellationToken, ValueTask> attempt, List<string> due)
    {
        try
        {
            await attempt(due, _stopping.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _logger.RetryBroke(e);
            due.ForEach(Schedule);
        }
    }

    private List<string> TakeDue()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            List<string> due = [.. _entries.Where(x => x.Value.Due <= now).Select(static x => x.Key)];
            foreach (var name in due)
            {
                // Kept for its count; not due again before it is scheduled anew.
                _entries[name] = _entries[name] with { Due = DateTimeOffset.MaxValue };
            }

            Arm();
            return due;
        }
    }

    private void Arm()
    {
        var next = _entries.Count == 0 ? DateTimeOffset.MaxValue : _entries.Values.Min(static x => x.Due);
        var wait = next == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : next - _time.GetUtcNow();
        _timer.Change(wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
    }

    private readonly record struct Entry(int Attempts, DateTimeOffset Due);
}

using Microsoft.Extensions.Logging;

namespace Gost.Engine.Layers;

/// <summary>
/// Bounds the log lines that bad peers can cause: a service gets ten in ten seconds, and one more that says how many were left out. One per engine, any
/// thread; nothing is kept of a service without faults.
/// </summary>
internal sealed class FaultLines(TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    /// <summary>Lines of one service in one <see cref="Interval"/>.</summary>
    public const int MaxLines = 10;

    /// <summary>What the lines are counted over; begins with the first fault.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = loggers.CreateLogger<FaultLines>();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Window> _windows = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Counts a fault of a service; true when it may have a line of its own.</summary>
    public bool TryTake(string service)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            if (!_windows.TryGetValue(service, out var window))
            {
                window = new Window(service);
                _windows.Add(service, window);
                window.Timer = time.CreateTimer(x => Close((Window)x!), window, Interval, Timeout.InfiniteTimeSpan);
            }

            return ++window.Count <= MaxLines;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var window in _windows.Values)
            {
                window.Timer?.Dispose();
            }

            _windows.Clear();
        }
    }

    private void Close(Window window)
    {
        lock (_gate)
        {
            _windows.Remove(window.Service);
            window.Timer?.Dispose();
        }

        if (window.Count > MaxLines)
        {
            LayerLog.LeftOut(_logger, window.Service, window.Count - MaxLines, (int)Interval.TotalSeconds);
        }
    }

    private sealed class Window(string service)
    {
        public string Service => service;

        public long Count { get; set; }

        public ITimer? Timer { get; set; }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gost.Tests.Testing;

/// <summary>Keeps every log line, of all categories and levels.</summary>
internal sealed class CollectedLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(string Event, LogLevel Level, string Text)> _lines = [];

    /// <summary>The texts of the lines of an event.</summary>
    public IReadOnlyList<string> Of(string eventName) => [.. _lines.Where(x => x.Event == eventName).Select(static x => x.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("this double keeps the lines itself");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Name ?? "", logLevel, formatter(state, exception)));

    public void Dispose()
    {
    }
}

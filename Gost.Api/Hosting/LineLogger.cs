namespace Gost.Api.Hosting;

/// <summary>The logger of one category.</summary>
internal sealed class LineLogger(string category, LogLineFormat format, LineLoggerProvider provider) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
        provider.Enqueue(format.Write(logLevel, category, formatter(state, exception), fields, exception));
    }
}

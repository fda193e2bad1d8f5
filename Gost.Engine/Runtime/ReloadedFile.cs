using Microsoft.Extensions.Logging;

namespace Gost.Engine.Runtime;

/// <summary>
/// Entries of an object that stand in a local file: one per line, <c>#</c> at the start of a word begins a comment, empty lines do not count; or
/// a text of another form. Read at once and,
/// with a period, again by a timer until disposed. A file that cannot be read any more keeps what was read last.
/// </summary>
internal sealed class ReloadedFile<T> : IAsyncDisposable
    where T : class
{
    private const long MaxLength = 64 << 20;

    private static readonly TimeSpan LeastPeriod = TimeSpan.FromSeconds(1);

    // A timer cannot wait for much longer.
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(24);

    private readonly string _path;
    private readonly Func<string, T> _load;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private ITimer? _timer;
    private T? _current;
    private string? _fault;
    private string? _told;

    private ReloadedFile(string path, Func<string, T> load, ILogger logger) => (_path, _load, _logger) = (path, load, logger);

    /// <summary>What the file says now; null when it could never be read.</summary>
    public T? Current => Volatile.Read(ref _current);

    /// <summary>
    /// Why the last reading failed and what follows; null when it did not. <paramref name="effect"/> words what holds until the file can be
    /// read for the first time.
    /// </summary>
    public string? Warning(string effect) => Volatile.Read(ref _fault) is { } fault
        ? $"{_path}: {fault}; {(Current is null ? effect : "what was read before stays in force")}"
        : null;

    /// <summary>
    /// Reads the file and starts the timer; a period of 0 means never again, less than a second means a second, more than 24 days means 24 days.
    /// </summary>
    public static ReloadedFile<T> Open(string path, TimeSpan period, Func<IReadOnlyList<string>, T> parse, EngineServices engine) =>
        OpenWhole(path, period, x => parse(Lines(x)), engine);

    /// <summary>The same for a file that is no list of lines; <paramref name="load"/> is given the path and throws <see cref="InvalidDataException"/> for content it cannot use.</summary>
    public static ReloadedFile<T> OpenWhole(string path, TimeSpan period, Func<string, T> load, EngineServices engine)
    {
        ReloadedFile<T> file = new(path, load, engine.Loggers.CreateLogger("Gost.Engine.Files"));
        file.Read();
        if (period > TimeSpan.Zero)
        {
            var every = period < LeastPeriod ? LeastPeriod : period > LongestPeriod ? LongestPeriod : period;
            file._timer = engine.Time.CreateTimer(static x => ((ReloadedFile<T>)x!).Reload(), file, every, every);
        }

        return file;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Reload()
    {
        // Said once, not at each period.
        var fault = Read();
        if (Interlocked.Exchange(ref _told, fault) != fault && fault is not null)
        {
            FileLog.NotRead(_logger, _path, fault);
        }
    }

    /// <summary>The reason why it failed, or null.</summary>
    private string? Read()
    {
        // A slow disk may let two ticks meet.
        lock (_reading)
        {
            try
            {
                if (new FileInfo(_path).Length > MaxLength)
                {
                    return _fault = "the file is too large";
                }

                Volatile.Write(ref _current, _load(_path));
                return _fault = null;
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                return _fault = exception.Message;
            }
        }
    }

    private static List<string> Lines(string path)
    {
        List<string> lines = [];
        foreach (var line in File.ReadLines(path))
        {
            var text = WithoutComment(line).Trim();
            if (text.Length > 0)
            {
                lines.Add(text);
            }
        }

        return lines;
    }

    /// <summary>A comment begins at the line's first character or after white space; a password may have the character inside.</summary>
    private static string WithoutComment(string line)
    {
        for (var at = line.IndexOf('#', StringComparison.Ordinal); at >= 0; at = line.IndexOf('#', at + 1))
        {
            if (at == 0 || char.IsWhiteSpace(line[at - 1]))
            {
                return line[..at];
            }
        }

        return line;
    }
}

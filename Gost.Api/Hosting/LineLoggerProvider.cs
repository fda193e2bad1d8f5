using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;

namespace Gost.Api.Hosting;

/// <summary>
/// Writes log lines in GOST's shape, JSON or text, from one task, so that no caller waits for a slow terminal; a full queue drops lines
/// and says how many. Source: spec/metrics.md section 5.
/// </summary>
internal sealed class LineLoggerProvider : ILoggerProvider, IAsyncDisposable
{
    private const int QueueLength = 4096;
    private readonly Channel<string> _lines;
    private readonly ConcurrentDictionary<string, LineLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Stream _output;
    private readonly Task _writer;
    private readonly LogLineFormat _format;
    private long _dropped;

    /// <summary>Takes over <paramref name="output"/>.</summary>
    public LineLoggerProvider(Stream output, LogLineFormat format)
    {
        (_output, _format) = (output, format);
        _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writer = WriteAsync();
    }

    /// <summary>The stream a setting names. Throws <see cref="StartRefusedException"/> when a file cannot be opened.</summary>
    public static Stream Open(string output)
    {
        try
        {
            return output.ToUpperInvariant() switch
            {
                "NONE" or "NULL" => Stream.Null,
                "" or "STDERR" => Console.OpenStandardError(),
                "STDOUT" => Console.OpenStandardOutput(),
                _ => new FileStream(output, FileMode.Append, FileAccess.Write, FileShare.ReadWrite),
            };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"log output {output} cannot be opened: {fault.Message} (Log:Output)", fault);
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, x => new LineLogger(x, _format, this));

    /// <summary>Queues a line.</summary>
    public void Enqueue(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Writer.TryComplete();

    /// <summary>Writes out what is queued, then closes the output.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writer;
        await _output.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            StringBuilder batch = new();
            while (batch.Length < 64 * 1024 && _lines.Reader.TryRead(out var line))
            {
                batch.Append(line).Append('\n');
            }

            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                batch.Append(_format.Write(LogLevel.Warning, nameof(LineLoggerProvider), $"{dropped} log lines were dropped: the output is too slow", [], null)).Append('\n');
            }

            try
            {
                await _output.WriteAsync(Encoding.UTF8.GetBytes(batch.ToString()));
                await _output.FlushAsync();
            }
            catch (IOException)
            {
                // Nobody is left to tell: the log itself is gone (a closed pipe, a full disk). Later lines are tried again.
            }
        }
    }
}

using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Security;

/// <summary>
/// Certificates or keys made of files, and made anew when one of the files has changed: whoever asks for them looks, at most once a second. Files that
/// cannot be used any more leave what was read last in force, and the log says so once. Any thread.
/// </summary>
internal sealed class FileMaterial<T>
    where T : class
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<string> _paths;
    private readonly Func<T> _load;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _looking = new();
    private string _stamp = "";
    private string _fault = "";
    private long _lastLook;
    private T? _current;

    private FileMaterial(ImmutableArray<string> paths, Func<T> load, TimeProvider time, ILoggerFactory loggers) =>
        (_paths, _load, _time, _logger) = (paths, load, time, loggers.CreateLogger("Gost.Engine.Files"));

    /// <summary>
    /// Reads the files a first time. <paramref name="load"/> makes the value of them and throws <see cref="PemFileException"/>;
    /// <paramref name="fault"/> says why the first reading failed.
    /// </summary>
    public static FileMaterial<T> Open(
        ImmutableArray<string> paths, Func<T> load, TimeProvider time, ILoggerFactory loggers, out PemFileException? fault)
    {
        FileMaterial<T> material = new(paths, load, time, loggers);
        fault = material.Load(material.Stamp());
        material._lastLook = time.GetTimestamp();
        return material;
    }

    /// <summary>What the files say now. Throws <see cref="FlowException"/> (tls) while they could never be read.</summary>
    public T Get()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lastLook)) >= LookInterval && _looking.TryEnter())
        {
            // One looks; the others go on with what there is.
            try
            {
                Look();
            }
            finally
            {
                _looking.Exit();
            }
        }

        return Volatile.Read(ref _current) ?? throw new FlowException(FlowLayer.Tls, FlowError.Failed, Volatile.Read(ref _fault));
    }

    private void Look()
    {
        var stamp = Stamp();
        if (stamp != _stamp && Load(stamp) is { } fault)
        {
            FileLog.NotRead(_logger, fault.Path, fault.Message);
        }

        Volatile.Write(ref _lastLook, _time.GetTimestamp());
    }

    private PemFileException? Load(string stamp)
    {
        // Kept for files that cannot be used too: they are read again when they change again.
        _stamp = stamp;
        try
        {
            Volatile.Write(ref _current, _load());
            return null;
        }
        catch (PemFileException e)
        {
            Volatile.Write(ref _fault, e.Message);
            return e;
        }
    }

    /// <summary>Where each file lies in truth, its length and the time of its last change. A change of a link on the way is a change.</summary>
    private string Stamp() => string.Join('|', _paths.Select(static path =>
    {
        try
        {
            FileInfo file = new(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return $"{target.FullName}:{target.Length}:{target.LastWriteTimeUtc.Ticks}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return e.GetType().Name;
        }
    }));
}

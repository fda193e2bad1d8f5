namespace Gost.Engine.Runtime;

/// <summary>Settings of one engine; from <c>appsettings.json</c> (section <c>Engine</c>) in the program.</summary>
public sealed record EngineOptions
{
    /// <summary>A missing chain or empty hop dials direct, as GOST does (setting <c>compat.directFallback</c>); default: refuse.</summary>
    public bool DirectFallback { get; init; }

    /// <summary>Descriptors kept free: below that accepting pauses.</summary>
    public int ReservedDescriptors { get; init; } = 32;

    /// <summary>Folder that files named over REST must lie in; null = none may be named over REST.</summary>
    public string? FilesFolder { get; init; }

    /// <summary>Full path of the native library that speaks QUIC (setting <c>Quic:Library</c>); null = where the system finds it.</summary>
    public string? QuicLibrary { get; init; }

    /// <summary>The lane that plain sockets take (setting <c>Engine:Lane</c>).</summary>
    public DataLane Lane { get; init; }

    /// <summary>How long flows may go on after a stop was asked for.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);
}

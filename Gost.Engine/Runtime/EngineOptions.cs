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

    /// <summary>
    /// How long an event loop of the kernel lane that was busy just now looks for events before it sleeps (setting <c>Engine:Spin</c>); zero = never, null =
    /// 50 us where there are two cores or more.
    /// </summary>
    public TimeSpan? Spin { get; init; }

    /// <summary>
    /// The congestion control of kernel lane sockets whose other end is on this host (setting <c>Engine:LoopbackCongestion</c>): <c>auto</c> = cubic where
    /// the system's default is bbr, <c>off</c>, or an algorithm's name.
    /// </summary>
    public string LoopbackCongestion { get; init; } = "auto";

    /// <summary>How long flows may go on after a stop was asked for.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);
}

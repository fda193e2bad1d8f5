using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Options of a smux session. Source: spec/wire/mux.md sections 5 to 7.</summary>
/// <param name="Version">1 or 2; both ends must agree.</param>
/// <param name="KeepAliveInterval">How often a NOP is sent; <see cref="Timeout.InfiniteTimeSpan"/> = never, and silence does not end the session.</param>
/// <param name="KeepAliveTimeout">A session without any frame for that long is dead.</param>
/// <param name="MaxFrameSize">Largest payload of a frame that is sent, 1 to 65535 bytes.</param>
/// <param name="MaxReceiveBuffer">Bytes of all streams that may wait to be read.</param>
/// <param name="MaxStreamBuffer">Bytes of one stream that may wait to be read (the window of version 2).</param>
/// <param name="HalfCloseHold">How long nothing must have come in before an end of writing is sent to a peer that takes it for the end of both directions.</param>
internal sealed record SmuxOptions(
    int Version,
    TimeSpan KeepAliveInterval,
    TimeSpan KeepAliveTimeout,
    int MaxFrameSize,
    int MaxReceiveBuffer,
    int MaxStreamBuffer,
    TimeSpan HalfCloseHold)
{
    private const int LargestFrame = ushort.MaxValue;

    private static readonly TimeSpan DefaultHold = TimeSpan.FromSeconds(1);

    /// <summary>What a session has where nothing is set.</summary>
    public static SmuxOptions Default(int version) => new(
        version, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), 32768, 4 * 1024 * 1024, 64 * 1024, DefaultHold);

    /// <summary>Reads the <c>mux.*</c> keys; what cannot be used becomes a finding. 0 stands for the default, as in GOST.</summary>
    public static SmuxOptions Bind(MetadataReader metadata, int defaultVersion)
    {
        var defaults = Default(defaultVersion);
        if (metadata.GetString("mux.type") is "yamux")
        {
            metadata.Findings.Add(new Finding($"{metadata.Pointer}/mux.type", "mux.type yamux is not supported by this build: both ends must use smux, the default"));
        }

        var interval = OrDefault(metadata.GetTimeout(TimeSpan.Zero, "mux.keepaliveInterval"), defaults.KeepAliveInterval);
        var timeout = OrDefault(metadata.GetTimeout(TimeSpan.Zero, "mux.keepaliveTimeout"), defaults.KeepAliveTimeout);
        var disabled = metadata.GetBool(false, "mux.keepaliveDisabled");
        if (!disabled && timeout < interval)
        {
            metadata.Findings.Add(new Finding(
                $"{metadata.Pointer}/mux.keepaliveTimeout", $"mux.keepaliveTimeout must be at least mux.keepaliveInterval, which is {interval.TotalSeconds:0.###} s"));
        }

        var total = ReadSize(metadata, defaults.MaxReceiveBuffer, int.MaxValue, "mux.maxReceiveBuffer");
        var perStream = ReadSize(metadata, Math.Min(defaults.MaxStreamBuffer, total), int.MaxValue, "mux.maxStreamBuffer");
        if (perStream > total)
        {
            metadata.Findings.Add(new Finding(
                $"{metadata.Pointer}/mux.maxStreamBuffer", $"mux.maxStreamBuffer must not be larger than mux.maxReceiveBuffer, which is {total}"));
        }

        return new SmuxOptions(
            ReadSize(metadata, defaultVersion, 2, "mux.version"),
            disabled ? Timeout.InfiniteTimeSpan : interval,
            timeout,
            ReadSize(metadata, defaults.MaxFrameSize, LargestFrame, "mux.maxFrameSize"),
            total,
            perStream,
            metadata.GetTimeout(DefaultHold, "halfCloseHold"));
    }

    private static int ReadSize(MetadataReader metadata, int fallback, int max, string key) =>
        (int)metadata.GetInt(0, 0, max, key) is var size && size > 0 ? size : fallback;

    private static TimeSpan OrDefault(TimeSpan given, TimeSpan fallback) => given > TimeSpan.Zero ? given : fallback;
}

using Gost.Engine.Config;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Metadata of the tcp listener. Source: spec/forwarding.md section 12.</summary>
internal sealed record TcpListenerOptions(TcpKeepAlive KeepAlive, bool MultipathTcp, bool ReusePort)
{
    private const string MultipathSwitch = "/proc/sys/net/mptcp/enabled";

    /// <summary>Options of a listener that takes none.</summary>
    public static TcpListenerOptions Default { get; } = new(TcpKeepAlive.Default, false, false);

    /// <summary>Reads the options; what cannot be had here becomes a finding.</summary>
    public static TcpListenerOptions Bind(MetadataReader metadata)
    {
        var keepAlive = TcpKeepAlive.Default;
        var tuned = new TcpKeepAlive(
            Seconds(metadata.GetDuration(TimeSpan.Zero, "keepalive.idle"), keepAlive.IdleSeconds),
            Seconds(metadata.GetDuration(TimeSpan.Zero, "keepalive.interval"), keepAlive.IntervalSeconds),
            metadata.GetInt(0, int.MinValue, MaxCount, "keepalive.count") is > 0 and var count ? (int)count : keepAlive.Count);
        var multipath = metadata.GetBool(false, "mptcp");
        if (multipath && !(File.Exists(MultipathSwitch) && File.ReadAllText(MultipathSwitch).Trim() == "1"))
        {
            metadata.Findings.Add(new Finding(
                metadata.Pointer + "/mptcp", "this system has no Multipath TCP; the listener takes plain TCP", FindingSeverity.Warning));
            multipath = false;
        }

        return new TcpListenerOptions(metadata.GetBool(false, "keepalive") ? tuned : keepAlive, multipath, metadata.GetBool(false, "reuseport"));
    }

    // The kernel's bounds: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL and MAX_TCP_KEEPCNT.
    private const int MaxSeconds = 32767;
    private const int MaxCount = 127;

    private static int Seconds(TimeSpan time, int fallback) =>
        time <= TimeSpan.Zero ? fallback : (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, MaxSeconds);
}

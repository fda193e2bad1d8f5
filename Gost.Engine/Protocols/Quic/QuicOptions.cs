using Gost.Engine.Config;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Protocols.Quic;

/// <summary>Options of a QUIC listener or dialer. Source: spec/wire/transports.md section 8, spec/forwarding.md section 15.</summary>
internal sealed record QuicOptions
{
    private const int MostStreams = 60_000;

    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(10);

    /// <summary>How often a silent connection is pinged; <see cref="Timeout.InfiniteTimeSpan"/> = never.</summary>
    public TimeSpan KeepAlive { get; init; } = DefaultPeriod;

    /// <summary>A connection that is silent for so long has ended.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Limit of the handshake; zero = the library's own.</summary>
    public TimeSpan HandshakeTimeout { get; init; }

    /// <summary>Streams that the far end may have open at a time.</summary>
    public int MaxStreams { get; init; } = 100;

    /// <summary>Connections that may wait to be accepted.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>Reads the metadata; what cannot be used becomes a finding. 0 stands for the default, as in GOST.</summary>
    public static QuicOptions Bind(MetadataReader metadata)
    {
        if (metadata.GetString("cipherKey") is { Length: > 0 })
        {
            metadata.Findings.Add(new Finding(
                JsonPointer.Append(metadata.Pointer, "cipherKey"),
                "cipherKey, which encrypts QUIC's packets once more, is not supported by this build, whose QUIC library has its own socket: leave it out at both ends"));
        }

        if (metadata.GetBool(false, "enableDatagram"))
        {
            metadata.Findings.Add(new Finding(
                JsonPointer.Append(metadata.Pointer, "enableDatagram"), "QUIC datagrams are not spoken by this build: everything passes in streams", FindingSeverity.Warning));
        }

        QuicOptions defaults = new();
        var isKeptAlive = metadata.GetBool(true, "keepAlive");
        var period = metadata.GetTimeout(TimeSpan.Zero, "ttl");
        var idle = metadata.GetTimeout(TimeSpan.Zero, "maxIdleTimeout");
        var handshake = metadata.GetTimeout(TimeSpan.Zero, "handshakeTimeout");
        return new QuicOptions
        {
            KeepAlive = !isKeptAlive ? Timeout.InfiniteTimeSpan : period > TimeSpan.Zero ? period : DefaultPeriod,
            IdleTimeout = idle > TimeSpan.Zero ? idle : defaults.IdleTimeout,
            HandshakeTimeout = handshake > TimeSpan.Zero ? handshake : TimeSpan.Zero,
            MaxStreams = (int)metadata.GetInt(0, 0, MostStreams, "maxStreams") is > 0 and var streams ? streams : defaults.MaxStreams,
            Backlog = (int)metadata.GetInt(0, 0, ushort.MaxValue, "backlog") is > 0 and var backlog ? backlog : defaults.Backlog,
        };
    }
}

using Gost.Engine.Config;
using Gost.Engine.Protocols.Mux;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>How a KCP listener or dialer speaks. Source: spec/wire/transports.md sections 7.1 and 7.2.</summary>
internal sealed record KcpOptions
{
    /// <summary>Largest UDP payload, all headers included, bytes.</summary>
    public int Mtu { get; init; } = 1400;

    /// <summary>Segments that may be under way.</summary>
    public int SendWindow { get; init; } = 32;

    /// <summary>Segments that may wait to be read or for a missing one.</summary>
    public int ReceiveWindow { get; init; } = 32;

    /// <summary>Smaller least RTO (30 ms instead of 100), and less back-off of it.</summary>
    public bool NoDelay { get; init; }

    /// <summary>Period of the clock that flushes and repeats, milliseconds; 10 to 5000.</summary>
    public int Interval { get; init; } = 10;

    /// <summary>Acknowledgements of later segments after which one is repeated at once; 0 = never.</summary>
    public int Resend { get; init; }

    /// <summary>No congestion window: the send window alone bounds what is under way.</summary>
    public bool NoCongestion { get; init; }

    /// <summary>Acknowledge at once instead of with the next flush.</summary>
    public bool AckNoDelay { get; init; }

    /// <summary>Data shards of an FEC group; 0 = no FEC.</summary>
    public int DataShards { get; init; } = 10;

    /// <summary>Parity shards of an FEC group; 0 = no FEC.</summary>
    public int ParityShards { get; init; } = 3;

    /// <summary>Name of the cipher.</summary>
    public string Crypt { get; init; } = "aes";

    /// <summary>The pass phrase.</summary>
    public string Key { get; init; } = "";

    /// <summary>Snappy framing between smux and KCP.</summary>
    public bool Compression { get; init; } = true;

    /// <summary>Wanted kernel buffer of the socket, each direction, bytes.</summary>
    public int SocketBuffer { get; init; } = 4 << 20;

    /// <summary>DSCP of what is sent, 0 to 63; 0 = none.</summary>
    public int Dscp { get; init; }

    /// <summary>The multiplexing over it.</summary>
    public SmuxOptions Smux { get; init; } = SmuxOptions.Default(1);

    /// <summary>Reads the <c>kcp.*</c> keys, and the map or file of kcptun's members; what cannot be used becomes a finding. 0 stands for the default, as in GOST.</summary>
    public static KcpOptions Bind(MetadataReader metadata) => KcpOptionsReader.Read(metadata);
}

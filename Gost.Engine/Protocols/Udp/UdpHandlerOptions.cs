using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Udp;

/// <summary>What a forwarding handler does with datagrams. Source: spec/forwarding.md section 12.</summary>
internal sealed record UdpHandlerOptions
{
    /// <summary>Ends a session after this time without a datagram in either direction; zero = the listener's check only.</summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>How long a stateless flow waits for its reply.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes taken of a stateless flow's reply; what is longer is cut.</summary>
    public int BufferSize { get; init; } = 4096;

    /// <summary>One datagram, one reply.</summary>
    public bool Stateless { get; init; }

    /// <summary>The options; what cannot be used becomes a finding of <paramref name="metadata"/>. <c>rudp</c> has no stateless mode.</summary>
    public static UdpHandlerOptions Bind(MetadataReader metadata, bool mayBeStateless)
    {
        var options = new UdpHandlerOptions
        {
            IdleTimeout = UdpListenerOptions.ReadTtl(metadata, TimeSpan.Zero, "idleTimeout"),
            ReadTimeout = UdpListenerOptions.ReadTtl(metadata, TimeSpan.FromSeconds(15), "readTimeout"),
        };
        return !mayBeStateless ? options : options with
        {
            Stateless = metadata.GetBool(false, "stateless"),
            BufferSize = UdpListenerOptions.ReadSize(
                metadata, options.BufferSize, UdpListenerOptions.MaxReadBuffer, "bufferSize", "readBufferSize", "udp.bufferSize"),
        };
    }
}

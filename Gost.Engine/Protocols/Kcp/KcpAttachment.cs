using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers;
using Gost.Engine.Protocols.Kcp.Arq;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Who gets new sessions of a socket, and how they speak. Compared by reference. Used by the receive loop only.</summary>
internal sealed class KcpAttachment(string service, KcpTransport transport, AdmissionLayer admission, IInboundSink sink, EngineServices engine) : ISegmentSink
{
    private readonly MuxSink _streams = new(service, sink, transport.Options.Smux, engine);
    private readonly ILogger _logger = engine.Loggers.CreateLogger<KcpAttachment>();
    private IPacketCodec? _codec;
    private byte[]? _segments;

    /// <summary>What its sessions have in common.</summary>
    public KcpTransport Transport => transport;

    /// <summary>Where the streams go.</summary>
    public IInboundSink Sink => sink;

    /// <summary>
    /// Judges a datagram from an address without a session; when it begins a conversation, gives it with the codec that has opened it, which the caller
    /// owns. What is no datagram of a client with the right key costs one checksum.
    /// </summary>
    public bool TryBegin(Span<byte> datagram, out uint conversation, out IPacketCodec codec)
    {
        conversation = 0;
        codec = _codec ??= transport.CreateCodec();
        _segments = null;
        if (!codec.Open(datagram, this))
        {
            return false;
        }

        // Opened: whatever it was, the codec belongs to its sender now.
        _codec = null;
        if (_segments is not null && Beginning.TryRead(_segments, out conversation))
        {
            return true;
        }

        codec.Dispose();
        return false;
    }

    /// <summary>The segments of the datagram that <see cref="TryBegin"/> has opened.</summary>
    public byte[] Segments => _segments ?? [];

    /// <summary>Whether the client may use the service; one that may not costs one line.</summary>
    public bool Admits(EndPoint peer)
    {
        if (admission.Admits(peer))
        {
            return true;
        }

        Report(peer, "not admitted");
        return false;
    }

    /// <summary>Takes a session: its streams become flows of the service. False: the service takes none, the caller ends it.</summary>
    public bool TryAccept(KcpSession session, EndPoint peer) =>
        _streams.TryAccept(new Inbound(transport.Open(session), peer, peer, session.LocalEndPoint));

    /// <summary>Writes of a client that is refused, as far as the log is not flooded.</summary>
    public void Report(EndPoint peer, string reason)
    {
        if (_logger.IsEnabled(LogLevel.Debug) && engine.Faults.TryTake(service))
        {
            KcpLog.Refused(_logger, service, peer, reason);
        }
    }

    /// <inheritdoc/>
    void ISegmentSink.OnSegments(ReadOnlySpan<byte> segments) => _segments ??= segments.ToArray();
}

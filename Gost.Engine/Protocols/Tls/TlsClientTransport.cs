using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Tls;

/// <summary>The dialling end of TLS. Source: spec/wire/transports.md sections 0 and 3.</summary>
internal sealed class TlsClientTransport : IClientTransport
{
    /// <summary>From <c>dialer.tls</c>.</summary>
    public static TlsClientTransport Build(DialerBuildContext context) => throw new NotSupportedException($"tls {context}");

    /// <summary>The same for a connector that speaks TLS inside its protocol, from <c>connector.tls</c>.</summary>
    public static TlsClientTransport Build(ConnectorBuildContext context) => throw new NotSupportedException($"tls {context}");

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream raw, NodeContext node, CancellationToken cancellationToken) => ConnectAsync(raw, cancellationToken);

    /// <summary>The handshake over a stream to the node that the transport was built for.</summary>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream raw, CancellationToken cancellationToken) => throw new NotSupportedException("tls");
}

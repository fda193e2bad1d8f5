using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Tls;

/// <summary>The accepting end of TLS. Source: spec/wire/transports.md sections 0 and 3.</summary>
internal sealed class TlsServerTransport : IServerTransport
{
    /// <summary>From <c>listener.tls</c>, the document's <c>tls</c>, or a certificate made at start.</summary>
    public static TlsServerTransport Build(ListenerBuildContext context) => throw new NotSupportedException($"tls {context}");

    /// <summary>The same for a handler that speaks TLS inside its protocol, from <c>handler.tls</c>.</summary>
    public static TlsServerTransport Build(HandlerBuildContext context) => throw new NotSupportedException($"tls {context}");

    /// <inheritdoc/>
    public ValueTask<AcceptedStream> AcceptAsync(DuplexStream raw, CancellationToken cancellationToken) => throw new NotSupportedException("tls");
}

using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Tls;

/// <summary>The dialling end of TLS. Source: spec/wire/transports.md sections 0 and 3.</summary>
internal sealed class TlsClientTransport : IClientTransport
{
    private readonly TlsClientSettings _settings;

    private TlsClientTransport(TlsClientSettings settings) => _settings = settings;

    /// <summary>From <c>dialer.tls</c>.</summary>
    public static TlsClientTransport Build(DialerBuildContext context) => new(TlsClientSettings.Build(
        context.Dialer.Tls, context.Node, TlsServerTransport.PointerBeside(context.Metadata), context.Engine, context.Metadata.Findings));

    /// <summary>The same for a connector that speaks TLS inside its protocol, from <c>connector.tls</c>.</summary>
    public static TlsClientTransport Build(ConnectorBuildContext context) => new(TlsClientSettings.Build(
        context.Connector.Tls, context.Node, TlsServerTransport.PointerBeside(context.Metadata), context.Engine, context.Metadata.Findings));

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream raw, NodeContext node, CancellationToken cancellationToken) => ConnectAsync(raw, cancellationToken);

    /// <summary>The handshake over a stream to the node that the transport was built for. Takes over <paramref name="raw"/>, also when it throws <see cref="FlowException"/> (tls).</summary>
    public async ValueTask<DuplexStream> ConnectAsync(DuplexStream raw, CancellationToken cancellationToken)
    {
        TlsPeer tls = new(raw);
        try
        {
            await tls.AuthenticateAsClientAsync(_settings.Options(), cancellationToken);
            return new TlsDuplexStream(tls, raw);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (TlsFailure.OfHandshake(e, tls.Refusal) is { } failure && failure != e)
            {
                throw failure;
            }

            throw;
        }
    }
}

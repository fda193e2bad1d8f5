using System.Net.Security;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Tls;

/// <summary>The accepting end of TLS. Source: spec/wire/transports.md sections 0 and 3.</summary>
internal sealed class TlsServerTransport : IServerTransport
{
    private readonly TlsServerSettings _settings;

    private TlsServerTransport(TlsServerSettings settings) => _settings = settings;

    /// <summary>From <c>listener.tls</c>, the document's <c>tls</c>, or a certificate made at start.</summary>
    public static TlsServerTransport Build(ListenerBuildContext context) =>
        new(TlsServerSettings.Build(context.Service.Listener?.Tls, PointerBeside(context.Metadata), context.Engine, context.Metadata.Findings));

    /// <summary>The same for a handler that speaks TLS inside its protocol, from <c>handler.tls</c>.</summary>
    public static TlsServerTransport Build(HandlerBuildContext context) =>
        new(TlsServerSettings.Build(context.Service.Handler?.Tls, PointerBeside(context.Metadata), context.Engine, context.Metadata.Findings));

    /// <inheritdoc/>
    public async ValueTask<AcceptedStream> AcceptAsync(DuplexStream raw, CancellationToken cancellationToken)
    {
        TlsPeer tls = new(raw);
        try
        {
            var options = _settings.Options();
            await (_settings.ChecksNames
                ? tls.AuthenticateAsServerAsync(Select, options, cancellationToken)
                : tls.AuthenticateAsServerAsync(options, cancellationToken));
            return new AcceptedStream(new TlsDuplexStream(tls, raw));
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

    /// <summary>The pointer of <c>tls</c> of a part whose metadata is at hand.</summary>
    internal static string PointerBeside(MetadataReader metadata) => metadata.Pointer[..metadata.Pointer.LastIndexOf('/')] + "/tls";

    private ValueTask<SslServerAuthenticationOptions> Select(SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancellationToken)
    {
        _settings.CheckName(hello.ServerName);
        return ValueTask.FromResult((SslServerAuthenticationOptions)state!); // given above
    }
}

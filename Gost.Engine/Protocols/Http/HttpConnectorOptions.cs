using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Http.Messages;

namespace Gost.Engine.Protocols.Http;

/// <summary>Options of the connector. Source: spec/wire/http.md section 2.</summary>
/// <param name="Timeout">How long request and response may take; zero = the attempt's own limit only.</param>
/// <param name="Header">Further fields of each request.</param>
/// <param name="Authorization">The value of <c>Proxy-Authorization</c>, null = none.</param>
internal sealed record HttpConnectorOptions(TimeSpan Timeout, HttpFields Header, string? Authorization)
{
    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static HttpConnectorOptions Bind(ConnectorBuildContext context)
    {
        var timeout = context.Metadata.GetTimeout(TimeSpan.Zero, "timeout");
        var auth = context.Connector.Auth;
        return new HttpConnectorOptions(
            timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero,
            HttpHeaderOption.Read(context.Metadata, "header"),
            auth is null || (auth.Username.Length == 0 && auth.Password.Length == 0) ? null : HttpCredentials.Write(auth.Username, auth.Password));
    }
}

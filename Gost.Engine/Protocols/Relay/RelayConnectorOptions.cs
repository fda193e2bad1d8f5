using System.Text;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Protocols.Mux;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Options of the connector. Source: spec/wire/relay.md section 10.</summary>
/// <param name="NoDelay">The request goes out at once instead of with the first data.</param>
/// <param name="ConnectTimeout">How long the answer to a bind is awaited; zero = the attempt's own limit only.</param>
/// <param name="Credentials">The credentials as they stand in a request; empty = none.</param>
/// <param name="Mux">The session that carries the connections of a TCP bind.</param>
internal sealed record RelayConnectorOptions(bool NoDelay, TimeSpan ConnectTimeout, byte[] Credentials, SmuxOptions Mux)
{
    private const int DefaultMuxVersion = 1;

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static RelayConnectorOptions Bind(ConnectorBuildContext context)
    {
        var metadata = context.Metadata;
        var timeout = metadata.GetTimeout(TimeSpan.Zero, "connectTimeout");
        return new RelayConnectorOptions(
            metadata.GetBool(false, "nodelay"),
            timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero,
            ReadCredentials(context),
            SmuxOptions.Bind(metadata, DefaultMuxVersion));
    }

    private static byte[] ReadCredentials(ConnectorBuildContext context)
    {
        if (context.Connector.Auth is not { } auth || (auth.Username.Length == 0 && auth.Password.Length == 0))
        {
            return [];
        }

        if (Encoding.UTF8.GetByteCount(auth.Username) > byte.MaxValue || Encoding.UTF8.GetByteCount(auth.Password) > byte.MaxValue)
        {
            context.Metadata.Findings.Add(new Finding(
                context.Metadata.Pointer.Replace("/metadata", "/auth", StringComparison.Ordinal),
                "relay carries a user name and a password of at most 255 bytes each"));
            return [];
        }

        return RelayMessages.Credentials(auth.Username, auth.Password);
    }
}

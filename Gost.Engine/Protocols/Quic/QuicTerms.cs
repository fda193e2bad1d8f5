using System.Net.Security;

namespace Gost.Engine.Protocols.Quic;

/// <summary>How one client is served. <paramref name="CheckName"/> throws when it asks for a server name that is not served.</summary>
internal sealed record QuicTerms(SslServerAuthenticationOptions Tls, QuicOptions Options, Action<string?>? CheckName);

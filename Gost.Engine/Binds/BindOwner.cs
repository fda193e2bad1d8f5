using System.Net;

namespace Gost.Engine.Binds;

/// <summary>Whose bind it is: only the same user of the same service at the same address may take over what is left of it.</summary>
/// <param name="Service">The service that was asked.</param>
/// <param name="User">The authenticated user, empty = none.</param>
/// <param name="Client">Where the tunnel came from, null where it has no IP address.</param>
internal readonly record struct BindOwner(string Service, string User, IPAddress? Client)
{
    /// <summary>The owner of what a client at <paramref name="client"/> binds.</summary>
    public static BindOwner Of(string service, string user, EndPoint client) =>
        new(service, user, client is IPEndPoint { Address: var ip } ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip) : null);
}

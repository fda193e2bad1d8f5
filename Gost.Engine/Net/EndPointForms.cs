using System.Net;

namespace Gost.Engine.Net;

/// <summary>One form for the addresses of a dual-stack socket.</summary>
internal static class EndPointForms
{
    /// <summary>The same end point, an IPv4 address that came in IPv6 form as plain IPv4.</summary>
    public static EndPoint? Unmapped(EndPoint? endPoint) =>
        endPoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port) : endPoint;
}

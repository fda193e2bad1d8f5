using System.Net;

namespace Gost.Engine.Runtime;

/// <summary>Addresses as Go writes them: an IPv4 address on a dual-stack socket as IPv4.</summary>
internal static class EndPointText
{
    public static string Of(EndPoint? endPoint) => endPoint switch
    {
        null => "",
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } ip => new IPEndPoint(ip.Address.MapToIPv4(), ip.Port).ToString(),
        _ => endPoint.ToString() ?? "",
    };
}

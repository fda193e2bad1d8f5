using System.Net;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>The client that a proxy in front tells of. Source: spec/wire/transports.md section 5.</summary>
internal static class ForwardedClient
{
    private static readonly string[] Headers = ["CF-Connecting-IP", "X-Forwarded-For", "X-Real-Ip"];

    /// <summary>The first address of the first of the headers that is there; null if there is none or it is no address.</summary>
    public static IPEndPoint? Find(UpgradeHead head)
    {
        var value = Headers.Select(head.Get).FirstOrDefault(static x => !string.IsNullOrEmpty(x));
        var first = value?.Split(',')[0].Trim();
        return IPAddress.TryParse(first, out var address) ? new IPEndPoint(address, 0) : IPEndPoint.TryParse(first ?? "", out var endPoint) ? endPoint : null;
    }
}

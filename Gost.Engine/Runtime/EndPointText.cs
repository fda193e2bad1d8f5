using System.Net;
using Gost.Engine.Net;

namespace Gost.Engine.Runtime;

/// <summary>Addresses as Go writes them: an IPv4 address on a dual-stack socket as IPv4.</summary>
internal static class EndPointText
{
    public static string Of(EndPoint? endPoint) => EndPointForms.Unmapped(endPoint)?.ToString() ?? "";
}

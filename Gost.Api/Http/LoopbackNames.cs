using System.Net;

namespace Gost.Api.Http;

/// <summary>Names and addresses of this machine that no foreign DNS name can pose as.</summary>
internal static class LoopbackNames
{
    /// <summary><c>localhost</c>, names below it, and loopback addresses, bracketed or not.</summary>
    public static bool IsLoopback(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (TryGetAddress(name, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>An IP literal, IPv6 with or without brackets.</summary>
    public static bool TryGetAddress(string host, out IPAddress address)
    {
        var text = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        var parsed = IPAddress.TryParse(text, out var value);
        address = value ?? IPAddress.None;

        // "1" and "0x7f.1" parse as addresses too; a browser would ask the name service for neither, but they are no literals.
        return parsed && (text.Contains(':') || text.Split('.').Length == 4);
    }
}

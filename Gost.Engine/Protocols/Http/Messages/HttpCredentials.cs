using System.Text;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>User name and password as a request carries them. Source: RFC 7617.</summary>
internal static class HttpCredentials
{
    private const string Scheme = "Basic ";

    /// <summary>The field's value.</summary>
    public static string Write(string user, string password) => Scheme + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <summary>Reads a field's value; null, another scheme and broken ones give two empty texts.</summary>
    public static (string User, string Password) Read(string? value)
    {
        if (value is null || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return ("", "");
        }

        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value[Scheme.Length..].Trim(), bytes, out var length))
        {
            return ("", "");
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (text[..colon], text[(colon + 1)..]);
    }
}

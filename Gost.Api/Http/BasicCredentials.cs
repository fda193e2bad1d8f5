using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Gost.Api.Http;

/// <summary>User and password of an <c>Authorization: Basic</c> header.</summary>
internal sealed record BasicCredentials(string Username, string Password)
{
    /// <summary>Reads the header; false when it is absent, of another scheme or malformed.</summary>
    public static bool TryRead(HttpContext context, [NotNullWhen(true)] out BasicCredentials? credentials)
    {
        credentials = null;
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || header.Length > 8192)
        {
            return false;
        }

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        credentials = new(text[..colon], text[(colon + 1)..]);
        return true;
    }

    /// <summary>Compares both parts in time that depends on neither.</summary>
    public bool Match(string username, string password)
    {
        var user = CryptographicOperations.FixedTimeEquals(Digest(Username), Digest(username));
        var secret = CryptographicOperations.FixedTimeEquals(Digest(Password), Digest(password));
        return user & secret;
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => Username;

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

using System.Text;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>Credentials of a URL: userinfo, else the parameter <c>auth</c>. Source: spec/cli.md sections 2 and 5.</summary>
internal static class AuthParameters
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The credentials, null when there are none; <c>auth</c> is removed as written.</summary>
    public static AuthConfig? Take(GostUrl url, ParameterSet parameters, ArgumentFindings findings)
    {
        var encoded = parameters.Find("auth");
        parameters.RemoveExact("auth");
        if (url.User is not null)
        {
            return url.Scheme.StartsWith("ss", StringComparison.Ordinal) && url.Password is null && DecodePair(url.User) is { } pair
                ? pair
                : new AuthConfig { Username = url.User, Password = url.Password ?? "" };
        }

        if (encoded is not { Length: > 0 })
        {
            return null;
        }

        if (Decode(encoded) is not { } text)
        {
            findings.Add("parameter 'auth' is not base64", "write the base64 form of user:password");
            return null;
        }

        return Split(text) ?? new AuthConfig { Username = text };
    }

    // base64 of method:password, the short form of ss URLs; anything else is a plain user name.
    private static AuthConfig? DecodePair(string user) => user.Length > 0 && Decode(user) is { } text ? Split(text) : null;

    private static AuthConfig? Split(string text) => text.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0
        ? new AuthConfig { Username = text[..colon], Password = text[(colon + 1)..] }
        : null;

    private static string? Decode(string encoded)
    {
        // Two alphabets: URL without padding, and standard with padding.
        if (!encoded.Contains('=', StringComparison.Ordinal) && !encoded.AsSpan().ContainsAny('+', '/') && encoded.Length % 4 != 1)
        {
            encoded = encoded.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (encoded.Length % 4)) % 4);
        }
        else if (encoded.AsSpan().ContainsAny('-', '_'))
        {
            return null;
        }

        var octets = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, octets, out var length))
        {
            return null;
        }

        try
        {
            return StrictUtf8.GetString(octets, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

using System.Text;

namespace Gost.Engine.Config.CommandLine;

/// <summary>Percent-encoding with the rules of Go's URL package. Text stays text: octets that are not UTF-8 are refused.</summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes; with <paramref name="plusIsSpace"/> as in a query. False when an escape is not one or the octets are not UTF-8.</summary>
    public static bool TryDecode(string text, bool plusIsSpace, out string decoded)
    {
        decoded = text;
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            decoded = plusIsSpace ? text.Replace('+', ' ') : text;
            return true;
        }

        var input = Encoding.UTF8.GetBytes(text);
        var output = new byte[input.Length];
        var length = 0;
        for (var i = 0; i < input.Length; i++)
        {
            if (input[i] == '%')
            {
                if (i + 2 >= input.Length || !char.IsAsciiHexDigit((char)input[i + 1]) || !char.IsAsciiHexDigit((char)input[i + 2]))
                {
                    return false;
                }

                output[length++] = (byte)((HexValue(input[i + 1]) << 4) | HexValue(input[i + 2]));
                i += 2;
            }
            else
            {
                output[length++] = plusIsSpace && input[i] == '+' ? (byte)' ' : input[i];
            }
        }

        try
        {
            decoded = StrictUtf8.GetString(output, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The escaped form of a path: as written when it is a valid encoding, else encoded anew. False when an escape is not one.</summary>
    public static bool TryEscapePath(string path, out string escaped)
    {
        escaped = path;
        if (!TryDecode(path, plusIsSpace: false, out var decoded))
        {
            return false;
        }

        if (!path.All(static c => IsPlainInPath(c) || c is '[' or ']' or '%' or '!' or '\'' or '(' or ')' or '*'))
        {
            StringBuilder builder = new();
            foreach (var octet in Encoding.UTF8.GetBytes(decoded))
            {
                _ = IsPlainInPath((char)octet) ? builder.Append((char)octet) : builder.Append('%').Append(octet.ToString("X2"));
            }

            escaped = builder.ToString();
        }

        return true;
    }

    private static bool IsPlainInPath(char c) => char.IsAsciiLetterOrDigit(c) || "-_.~$&+,/:;=@".Contains(c, StringComparison.Ordinal);

    private static int HexValue(byte digit) => char.IsAsciiDigit((char)digit) ? digit - '0' : ((digit | 0x20) - 'a') + 10;
}

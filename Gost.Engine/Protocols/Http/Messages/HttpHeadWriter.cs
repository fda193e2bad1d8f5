using System.Globalization;
using System.Text;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>Writes heads.</summary>
internal static class HttpHeadWriter
{
    /// <summary>A request's head.</summary>
    public static byte[] Request(string method, string target, IEnumerable<HttpField> fields) => Write($"{method} {target} HTTP/1.1", fields);

    /// <summary>A response's head.</summary>
    public static byte[] Response(int minor, int status, string reason, IEnumerable<HttpField> fields) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.{minor} {status} {reason}"), fields);

    private static byte[] Write(string firstLine, IEnumerable<HttpField> fields)
    {
        StringBuilder text = new(firstLine, 512);
        text.Append("\r\n");
        foreach (var (name, value) in fields)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        // The counterpart of how heads are read: one octet for a character.
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }
}

using System.Globalization;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Routing;

namespace Gost.Engine.Protocols.Http;

/// <summary>
/// What a client without credentials is shown in place of a proxy: a bare status, a file, or another server. Source: spec/wire/http.md section 4. GOST's
/// <c>web:</c> is refused: the program fetches no URLs (contract.md, What runs).
/// </summary>
/// <param name="Status">The status of an empty answer, where <paramref name="File"/> and <paramref name="Host"/> are null.</param>
/// <param name="File">A file that is sent as a page.</param>
/// <param name="Host">A server that the connection is handed to.</param>
internal sealed record HttpDecoy(int Status, string? File = null, Target? Host = null)
{
    private static readonly string[] Keys = ["probeResist", "probe_resist"];

    /// <summary>Reads <c>probeResist</c>; what cannot be used becomes a finding.</summary>
    public static HttpDecoy? Read(MetadataReader metadata)
    {
        if (metadata.GetString(Keys) is not { Length: > 0 } text)
        {
            return null;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (type, value) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        switch (type.ToLowerInvariant())
        {
            case "code" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and <= 599:
                return new HttpDecoy(status);
            case "file" when value.Length > 0:
                return new HttpDecoy(0, File: value);
            case "host" when TargetAddress.Parse(value, TargetNetwork.Tcp) is { Host.Length: > 0 } host:
                return new HttpDecoy(0, Host: host.Port > 0 ? host : host with { Port = HttpAuthority.DefaultPort });
            case "web":
                return Refuse("probeResist web: is refused: the program fetches no pages from URLs; use host:ADDR, file:PATH or code:NNN");
            default:
                return Refuse($"probeResist is code:NNN, host:ADDR or file:PATH, not {JsonPointer.Shorten(text)}");
        }

        HttpDecoy? Refuse(string message)
        {
            var key = metadata.Metadata.Keys.First(static x => Keys.Contains(x, StringComparer.OrdinalIgnoreCase));
            metadata.Findings.Add(new Finding(JsonPointer.Append(metadata.Pointer, key), message));
            return null;
        }
    }
}

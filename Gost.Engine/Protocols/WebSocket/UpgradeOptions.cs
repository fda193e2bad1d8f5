using System.Text;
using Gost.Engine.Config;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>What listeners and dialers of WebSockets have in common. Source: spec/forwarding.md section 12.</summary>
/// <param name="Path">The path of the upgrade, as it stands in the request line.</param>
/// <param name="Headers">Headers added to the request or the response.</param>
/// <param name="Hold">How long the answer must have been quiet before the end of writing is sent to a far end that knows no half-close.</param>
internal sealed record UpgradeOptions(string Path, ConfigMap<string> Headers, TimeSpan Hold)
{
    private const string PathChars = "/-._~$&+,:;=@";

    private static readonly TimeSpan DefaultHold = TimeSpan.FromSeconds(1);

    private static readonly string[] Reserved =
    [
        "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions",
        "Sec-WebSocket-Protocol", "Content-Length", "Transfer-Encoding", Handshake.HalfCloseHeader,
    ];

    /// <summary>Reads the options; what cannot be sent becomes a finding.</summary>
    public static UpgradeOptions Bind(MetadataReader metadata)
    {
        if (metadata.GetBool(false, "enableCompression", "ws.enableCompression"))
        {
            metadata.Findings.Add(new Finding(
                metadata.Pointer + "/enableCompression", "compression is not offered: the WebSocket goes without it", FindingSeverity.Warning));
        }

        // Sizes of buffers and queues that this implementation does not have; any value works.
        _ = metadata.GetString("readBufferSize", "ws.readBufferSize");
        _ = metadata.GetString("writeBufferSize", "ws.writeBufferSize");
        _ = metadata.GetString("backlog", "ws.backlog");
        var path = metadata.GetString("path", "ws.path") is { Length: > 0 } given ? given : "/ws";
        return new UpgradeOptions(
            Escape(path.StartsWith('/') ? path : "/" + path), Checked(metadata), metadata.GetTimeout(DefaultHold, "halfCloseHold", "ws.halfCloseHold"));
    }

    private static ConfigMap<string> Checked(MetadataReader metadata)
    {
        var headers = metadata.GetMap("header", "ws.header");
        foreach (var (name, value) in headers)
        {
            var reason = !UpgradeHead.IsName(name) ? "is not a header's name"
                : Reserved.Contains(name, StringComparer.OrdinalIgnoreCase) ? "is set by the upgrade itself"
                : value.Any(char.IsControl) ? "has a value with control characters"
                : null;
            if (reason is not null)
            {
                metadata.Findings.Add(new Finding(PointerTo(metadata, name), $"header {name} {reason}"));
            }
        }

        return headers;
    }

    private static string PointerTo(MetadataReader metadata, string name) =>
        JsonPointer.Append(metadata.Pointer + (metadata.Metadata.ContainsKey("header") ? "/header" : "/ws.header"), name);

    /// <summary>The path as GOST's URLs write it.</summary>
    private static string Escape(string path)
    {
        StringBuilder escaped = new();
        foreach (var octet in Encoding.UTF8.GetBytes(path))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || PathChars.Contains((char)octet, StringComparison.Ordinal))
            {
                escaped.Append((char)octet);
            }
            else
            {
                escaped.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }
}

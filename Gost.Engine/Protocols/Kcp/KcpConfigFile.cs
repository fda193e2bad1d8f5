using System.Text.Json;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Reads a file with kcptun's options: a JSON object of plain values.</summary>
internal static class KcpConfigFile
{
    private const int MaxSize = 64 * 1024;

    /// <summary>The members as text; null, with what is wrong in <paramref name="fault"/>, where the file cannot be used.</summary>
    public static ConfigMap<string>? Read(string path, out string? fault)
    {
        fault = null;
        try
        {
            if (new FileInfo(path).Length > MaxSize)
            {
                fault = $"{JsonPointer.Shorten(path)} is larger than {MaxSize} bytes: it should be a short JSON object";
                return null;
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                fault = $"{JsonPointer.Shorten(path)} must be a JSON object such as {{\"key\":\"…\",\"crypt\":\"aes\"}}";
                return null;
            }

            // The last of two members that are equal but for case counts, as where the file is from.
            Dictionary<string, string> members = new(StringComparer.OrdinalIgnoreCase);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                members[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }

            return new ConfigMap<string>(members);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or NotSupportedException)
        {
            fault = $"{JsonPointer.Shorten(path)} cannot be read: {e.Message}";
            return null;
        }
    }
}

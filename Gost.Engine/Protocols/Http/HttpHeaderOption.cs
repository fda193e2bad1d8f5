using Gost.Engine.Config;
using Gost.Engine.Protocols.Http.Messages;

namespace Gost.Engine.Protocols.Http;

/// <summary>Reads header fields from the configuration: a map of names and values.</summary>
internal static class HttpHeaderOption
{
    /// <summary>The fields in Go's form of names; a name or value that would break a message is a finding.</summary>
    public static HttpFields Read(MetadataReader metadata, params ReadOnlySpan<string> keys)
    {
        HttpFields fields = new();
        foreach (var (name, value) in metadata.GetMap(keys))
        {
            if (HttpText.IsToken(name) && HttpText.IsValue(value))
            {
                fields.Set(HttpText.Canonical(name), value.Trim());
            }
            else
            {
                metadata.Findings.Add(new Finding(
                    Config.Nodes.JsonPointer.Append($"{metadata.Pointer}/{keys[0]}", name), "this cannot stand in a header: the name or the value has other characters"));
            }
        }

        return fields;
    }
}

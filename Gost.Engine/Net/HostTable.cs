using System.Net;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>
/// A compiled <c>hosts</c> object: names and their addresses. A look-up tries the name, <c>.name</c>, ever shorter suffixes with a leading
/// dot, then <c>.</c>; the first address of what is found counts. Case does not matter. Source: spec/config.md section 9.
/// </summary>
internal sealed class HostTable : IFileBacked, IAsyncDisposable
{
    private readonly Dictionary<string, IPAddress> _inline;
    private readonly ReloadedFile<Dictionary<string, IPAddress>>? _file;

    private HostTable(Dictionary<string, IPAddress> inline, ReloadedFile<Dictionary<string, IPAddress>>? file) => (_inline, _file) = (inline, file);

    /// <summary>Builds from inline mappings and a file; a file with <c>reload</c> is read again by a timer until disposed.</summary>
    public static HostTable Compile(HostsConfig config, EngineServices engine, List<Finding> findings)
    {
        Dictionary<string, IPAddress> inline = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < config.Mappings.Count; i++)
        {
            var mapping = config.Mappings[i];
            if (!IPAddress.TryParse(mapping.Ip, out var address))
            {
                findings.Add(new Finding($"/mappings/{i}/ip", $"{mapping.Ip} is not an IP address"));
                continue;
            }

            Add(inline, address, [mapping.Hostname, .. mapping.Aliases]);
        }

        ReloadedFile<Dictionary<string, IPAddress>>? file = null;
        if (config.File is { Path.Length: > 0 } source)
        {
            file = ReloadedFile<Dictionary<string, IPAddress>>.Open(source.Path, config.Reload.ToTimeSpan(), Parse, engine);
        }

        HostTable table = new(inline, file);
        if (table.FileWarning is { } warning)
        {
            findings.Add(new Finding("/file/path", warning, FindingSeverity.Warning));
        }

        return table;
    }

    /// <summary>The address of a name, null when the table does not have it. An IP literal is found only if it is written in the table.</summary>
    public IPAddress? Find(string host)
    {
        if (Exact(host) is { } address)
        {
            return address;
        }

        if (host.Length == 0 || IPAddress.TryParse(host, out _))
        {
            return null;
        }

        for (var suffix = "." + host; suffix.Length > 1; suffix = NextSuffix(suffix))
        {
            if (Exact(suffix) is { } bySuffix)
            {
                return bySuffix;
            }
        }

        return Exact(".");
    }

    /// <inheritdoc/>
    public string? FileWarning => _file?.Warning("its names are not known until it can be read");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string NextSuffix(string suffix)
    {
        var dot = suffix.IndexOf('.', 1);
        return dot < 0 ? "." : suffix[dot..];
    }

    private static Dictionary<string, IPAddress> Parse(IReadOnlyList<string> lines)
    {
        Dictionary<string, IPAddress> table = new(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out var address))
            {
                Add(table, address, words[1..]);
            }
        }

        return table;
    }

    private static void Add(Dictionary<string, IPAddress> table, IPAddress address, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (name.Length > 0)
            {
                table.TryAdd(name, address);
            }
        }
    }

    private IPAddress? Exact(string name) => _inline.GetValueOrDefault(name) ?? _file?.Current?.GetValueOrDefault(name);
}

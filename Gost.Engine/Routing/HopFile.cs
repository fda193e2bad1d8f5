using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>
/// The nodes of a hop together with those that a file adds, a JSON array. A file that cannot be read or used keeps what was read last.
/// Source: spec/config.md section 6.
/// </summary>
internal sealed class HopFile : IFileBacked, IAsyncDisposable
{
    private readonly HopConfig _config;
    private readonly NodeSet _listed;
    private readonly EngineServices _engine;
    private readonly ReloadedFile<NodeSet> _file;
    private readonly NodeSet? _previous;
    private NodeSet? _loaded;
    private Task _releasing = Task.CompletedTask;

    private HopFile(HopConfig config, NodeSet listed, NodeSet? previous, EngineServices engine)
    {
        (_config, _listed, _previous, _engine) = (config, listed, previous, engine);
        _file = ReloadedFile<NodeSet>.OpenWhole(config.File!.Path, config.Reload.ToTimeSpan(), Load, engine); // Opened only where there is one.
    }

    /// <summary>
    /// Reads the file of a hop that names one, and reads it again every <c>reload</c> until disposed; <paramref name="listed"/> stays the hop's.
    /// Health and dialers of nodes that stay are taken from <paramref name="previous"/>.
    /// </summary>
    public static HopFile Open(HopConfig config, NodeSet listed, NodeSet? previous, EngineServices engine) => new(config, listed, previous, engine);

    /// <summary>The nodes now.</summary>
    public NodeSet Current => _file.Current ?? _listed;

    /// <inheritdoc/>
    public string? FileWarning => _file.Warning("its nodes are not used until it can be read");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        await _releasing;
        if (_loaded is not null)
        {
            await _loaded.ReleaseAsync();
        }
    }

    private NodeSet Load(string path)
    {
        var read = ConfigReader.ReadNodes(File.ReadAllBytes(path));
        if (read.Value is not HopConfig { Nodes: var added })
        {
            throw Unusable(read.Findings);
        }

        ValidationContext context = new(_engine.Catalog.Supported, null, FilesRestricted: false);
        List<Finding> findings = [.. ConfigValidator.ValidateObject(ConfigKind.Hops, new HopConfig { Name = "file", Nodes = added }, context)];
        if (findings.Any(static x => x.Severity == FindingSeverity.Error))
        {
            throw Unusable(findings);
        }

        var before = _loaded;
        var next = HopNodes.Compile(_config with { Nodes = [.. _config.Nodes, .. added] }, "", _engine, findings, before ?? _previous ?? _listed);
        if (findings.Any(static x => x.Severity == FindingSeverity.Error))
        {
            Release(next);
            throw Unusable(findings);
        }

        _loaded = next;
        if (before is not null)
        {
            Release(before);
        }

        return next;
    }

    // What a timer began is awaited when the hop is disposed.
    private void Release(NodeSet nodes)
    {
        var earlier = _releasing;
        _releasing = ReleaseAsync();

        async Task ReleaseAsync()
        {
            await earlier;
            await nodes.ReleaseAsync();
        }
    }

    private static InvalidDataException Unusable(IEnumerable<Finding> findings)
    {
        var first = findings.First(static x => x.Severity == FindingSeverity.Error);
        return new InvalidDataException($"{first.Pointer}: {first.Message}");
    }
}

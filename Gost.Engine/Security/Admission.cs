using System.Net;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>
/// A compiled filter by source address: a blacklist refuses what matches, a whitelist what does not. Never fails open: while its file
/// could not be read once, or one of its matchers cannot be used in a blacklist, nobody is admitted. Source: spec/config.md section 8.
/// </summary>
internal sealed class Admission : IFileBacked, IAsyncDisposable
{
    private readonly bool _isWhitelist;
    private readonly bool _isBroken;
    private readonly AddressSet _inline;
    private readonly ReloadedFile<Loaded>? _file;

    private Admission(bool isWhitelist, bool isBroken, AddressSet inline, ReloadedFile<Loaded>? file) =>
        (_isWhitelist, _isBroken, _inline, _file) = (isWhitelist, isBroken, inline, file);

    /// <summary>Builds from inline matchers and a file; a file with <c>reload</c> is read again by a timer until disposed.</summary>
    public static Admission Compile(AdmissionConfig config, EngineServices engine, List<Finding> findings)
    {
        List<string> unusable = [];
        AddressSet inline = new(config.Matchers.Select(static x => x.Trim()), unusable);
        foreach (var matcher in unusable)
        {
            findings.Add(new Finding("/matchers", $"matcher {matcher} is neither an IP address nor a CIDR"));
        }

        ReloadedFile<Loaded>? file = null;
        if (config.File is { Path.Length: > 0 } source)
        {
            file = ReloadedFile<Loaded>.Open(source.Path, config.Reload.ToTimeSpan(), Parse, engine);
        }

        // Entries that this build cannot fetch may be the ones that matter.
        var isIncomplete = config.Redis is not null || config.Http is not null || config.Plugin is not null;
        var isWhitelist = config.Whitelist || config.Reverse;
        Admission admission = new(isWhitelist, !isWhitelist && (isIncomplete || unusable.Count > 0), inline, file);
        if (admission.FileWarning is { } warning)
        {
            findings.Add(new Finding("/file/path", warning, FindingSeverity.Warning));
        }

        return admission;
    }

    /// <summary>Whether a client may connect; an IPv4-mapped address counts as IPv4.</summary>
    public bool Admits(IPAddress address)
    {
        if (_isBroken)
        {
            return false;
        }

        var loaded = _file?.Current;
        if (_file is not null && (loaded is null || (loaded.IsBroken && !_isWhitelist)))
        {
            return false;
        }

        return (_inline.Contains(address) || loaded?.Addresses.Contains(address) == true) == _isWhitelist;
    }

    /// <inheritdoc/>
    public string? FileWarning => _file?.Warning("until it can be read nobody is admitted");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Loaded Parse(IReadOnlyList<string> lines)
    {
        List<string> unusable = [];
        AddressSet addresses = new(lines, unusable);
        return new Loaded(addresses, unusable.Count > 0);
    }

    private sealed record Loaded(AddressSet Addresses, bool IsBroken);
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>Compiled credentials. Source: spec/config.md section 7.</summary>
internal sealed class Auther : IFileBacked, IAsyncDisposable
{
    private readonly CredentialTable _inline;
    private readonly ReloadedFile<CredentialTable>? _file;

    private Auther(CredentialTable inline, ReloadedFile<CredentialTable>? file) => (_inline, _file) = (inline, file);

    /// <summary>Builds from inline entries and a file; a file with <c>reload</c> is read again by a timer until disposed.</summary>
    public static Auther Compile(AutherConfig config, EngineServices engine, List<Finding> findings)
    {
        List<(string, string)> pairs = [];
        for (var i = 0; i < config.Auths.Count; i++)
        {
            if (ReadEntry(config.Auths[i], $"/auths/{i}", findings) is { } pair)
            {
                pairs.Add(pair);
            }
        }

        ReloadedFile<CredentialTable>? file = null;
        if (config.File is { Path.Length: > 0 } source)
        {
            file = ReloadedFile<CredentialTable>.Open(
                source.Path, config.Reload.ToTimeSpan(), static lines => new CredentialTable(lines.Select(Split)), engine);
        }

        Auther auther = new(new CredentialTable(pairs), file);
        if (auther.FileWarning is { } warning)
        {
            findings.Add(new Finding("/file/path", warning, FindingSeverity.Warning));
        }

        return auther;
    }

    /// <summary>Whether the credentials are known; takes the same time whichever part is wrong. No entries = nobody.</summary>
    public bool Authenticate(string username, string password)
    {
        // The file's entry of a user stands in for the inline one, as in GOST.
        var loaded = _file?.Current;
        return (loaded?.Knows(username) == true ? loaded : _inline).Accepts(username, password);
    }

    /// <inheritdoc/>
    public string? FileWarning => _file?.Warning("its users are not known until it can be read");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static (string User, string Password)? ReadEntry(AuthConfig entry, string pointer, List<Finding> findings)
    {
        if (entry.File.Length == 0)
        {
            return (entry.Username, entry.Password);
        }

        try
        {
            var line = File.ReadLines(entry.File).Select(static x => x.Trim()).FirstOrDefault(static x => x.Length > 0 && x[0] != '#');
            return line is null ? null : Split(line);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            findings.Add(new Finding($"{pointer}/file", $"{entry.File}: {exception.Message}", FindingSeverity.Warning));
            return null;
        }
    }

    /// <summary>Reads <c>user password</c>; the password is all that follows the first white space.</summary>
    private static (string User, string Password) Split(string line)
    {
        var blank = line.AsSpan().IndexOfAny(' ', '\t');
        return blank < 0 ? (line, "") : (line[..blank], line[(blank + 1)..].Trim());
    }
}

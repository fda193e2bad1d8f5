using Gost.Api.Hosting;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Api.Endpoints;

/// <summary>
/// Writes definitions to files below one folder and nowhere else, atomically and readable by the owner only. Source: contract.md, Save.
/// </summary>
internal sealed class ExportFolder(string folder)
{
    private const int NoSpaceLeft = 28;

    /// <summary>
    /// Writes the document and returns the file's path below the folder. Format: as named, else by the path's extension, else YAML.
    /// Throws <see cref="ApiException"/> for a path that leaves the folder and for faults of the disk.
    /// </summary>
    public async Task<string> SaveAsync(GostConfig document, string path, string format, CancellationToken cancellationToken)
    {
        var json = format.Length > 0
            ? format.Equals("json", StringComparison.OrdinalIgnoreCase)
            : path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        var name = path.Length > 0 ? path : json ? "gost.json" : "gost.yaml";
        var segments = Split(name);
        try
        {
            var root = OwnerOnly.CreateFolder(folder);
            var target = Resolve(root, segments);
            await WriteAsync(target, ConfigWriter.Write(document, json ? ConfigFormat.Json : ConfigFormat.Yaml), cancellationToken);
            return string.Join('/', segments);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ApiException((fault.HResult & 0xFFFF) == NoSpaceLeft
                ? new ApiError(507, 50700, $"save config: no space left for {name}")
                : new ApiError(503, 50300, $"save config: {name} could not be written: {fault.Message}"));
        }
    }

    private static string[] Split(string name)
    {
        if (Path.IsPathRooted(name) || name.Contains('\\', StringComparison.Ordinal) || name.Any(char.IsControl))
        {
            throw Outside(name);
        }

        var segments = name.Split('/');
        return segments.Any(static x => x is "" or "." or "..") ? throw Outside(name) : segments;
    }

    // Follows every link on the way by hand: the file that is written, and each folder above it, must really lie below the root.
    private static string Resolve(string root, string[] segments)
    {
        var realRoot = RealPath(root);
        var current = realRoot;
        for (var i = 0; i < segments.Length; i++)
        {
            current = RealPath(Path.Combine(current, segments[i]));
            if (!current.StartsWith(realRoot + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw Outside(string.Join('/', segments));
            }

            if (i < segments.Length - 1)
            {
                OwnerOnly.CreateFolder(current);
            }
        }

        return Directory.Exists(current) ? throw new ApiException(ApiError.BadRequest($"{string.Join('/', segments)} is a folder: name a file")) : current;
    }

    private static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        var current = Path.GetPathRoot(full) ?? "";
        foreach (var part in full[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(current, part);
            var link = new FileInfo(next).LinkTarget is null ? null : new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true);
            current = link is null ? next : RealPath(link.FullName);
        }

        return current;
    }

    private static async Task WriteAsync(string target, string text, CancellationToken cancellationToken)
    {
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var stream = OwnerOnly.CreateFile(temporary))
            {
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static ApiException Outside(string name) =>
        new(ApiError.BadRequest($"path {name} is not below the export folder: name a file relative to it, without .. and without links that leave it (Export:Folder)"));
}

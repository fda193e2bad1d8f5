namespace Gost.Engine.Config.Validation;

/// <summary>Tells whether a path stays below a folder when <c>..</c> and links are followed.</summary>
internal static class FileFolder
{
    // As many as Linux follows.
    private const int MaxLinks = 40;

    /// <summary>True when the path, taken from the working directory, lies below the folder. The file need not exist.</summary>
    public static bool Contains(string folder, string path)
    {
        try
        {
            return Follow(Path.GetFullPath(path)) is { } real
                && Follow(Path.GetFullPath(folder)) is { } root
                && real.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static string? Follow(string fullPath)
    {
        var links = 0;
        Stack<string> rest = new(fullPath.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = Path.GetPathRoot(fullPath)!;
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
            }

            foreach (var segment in target.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                if (segment != ".")
                {
                    rest.Push(segment);
                }
            }
        }

        return real;
    }
}

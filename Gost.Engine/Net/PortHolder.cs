using System.Globalization;

namespace Gost.Engine.Net;

/// <summary>Finds out which process holds a TCP or UDP port, as far as /proc shows it to this user. Used for messages only.</summary>
internal static class PortHolder
{
    private const string ListenState = "0A";

    /// <summary><c> (held by nginx, pid 812)</c>, or empty where it cannot be known; <paramref name="network"/> is <c>tcp</c> or <c>udp</c>.</summary>
    public static string Describe(string network, int port)
    {
        try
        {
            HashSet<string> inodes = [.. Inodes($"/proc/net/{network}", port), .. Inodes($"/proc/net/{network}6", port)];
            return inodes.Count == 0 ? "" : Find(inodes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static IEnumerable<string> Inodes(string table, int port)
    {
        if (!File.Exists(table))
        {
            yield break;
        }

        // A UDP port is held by any socket bound to it; of TCP, connections of a listener that is gone hold none.
        var needsListen = Path.GetFileName(table).StartsWith("tcp", StringComparison.Ordinal);
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table))
        {
            // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && (!needsListen || fields[3] == ListenState) && fields[1].EndsWith(suffix, StringComparison.Ordinal))
            {
                yield return $"socket:[{fields[9]}]";
            }
        }
    }

    private static string Find(HashSet<string> inodes)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                foreach (var descriptor in Directory.EnumerateFiles(Path.Combine(process, "fd")))
                {
                    if (new FileInfo(descriptor).LinkTarget is { } target && inodes.Contains(target))
                    {
                        var name = File.ReadAllText(Path.Combine(process, "comm")).Trim();
                        return id == Environment.ProcessId ? " (held by this process)" : $" (held by {name}, pid {id})";
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that just ended.
            }
        }

        return "";
    }
}

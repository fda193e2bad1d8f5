using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>Files named over REST must lie below the folder for them, links followed (contract.md, What runs).</summary>
internal sealed class FileAspect : Aspect<NamedConfig>
{
    /// <summary>Reports every file a record names that lies elsewhere.</summary>
    public static void Walk(object record, string pointer, ValidationContext context, Action<string, string> error)
    {
        foreach (var member in RecordSchema.Of(record.GetType()).Members)
        {
            if (member.Get(record) is not { } value)
            {
                continue;
            }

            var place = JsonPointer.Append(pointer, member.Name);
            switch (value)
            {
                case string path when member.IsFilePath && path.Length > 0:
                    CheckPath(path, place, context, error);
                    break;
                case ConfigMap<object?> { Count: > 0 } metadata:
                    CheckMetadata(metadata, place, context, error);
                    break;
                case System.Collections.IEnumerable list when member.Kind == MemberKind.RecordList:
                    var i = 0;
                    foreach (var item in list)
                    {
                        Walk(item, JsonPointer.Append(place, i++), context, error);
                    }

                    break;
                default:
                    if (member.Kind == MemberKind.Record)
                    {
                        Walk(value, place, context, error);
                    }

                    break;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Check(NamedConfig config, Report report)
    {
        if (report.Context.FilesRestricted)
        {
            Walk(config, "", report.Context, (pointer, message) => report.Error(pointer, message));
        }
    }

    private static void CheckMetadata(ConfigMap<object?> metadata, string pointer, ValidationContext context, Action<string, string> error)
    {
        foreach (var (key, value) in metadata)
        {
            // The page that an HTTP proxy shows to strangers: file:PATH.
            const string Page = "file:";
            if (value is string decoy && decoy.StartsWith(Page, StringComparison.OrdinalIgnoreCase) && decoy.Length > Page.Length
                && key.ToUpperInvariant() is "PROBERESIST" or "PROBE_RESIST")
            {
                CheckPath(decoy[Page.Length..], JsonPointer.Append(pointer, key), context, error);
            }

            if (value is string { Length: > 0 } path
                && IsFileKey(key))
            {
                CheckPath(path, JsonPointer.Append(pointer, key), context, error);
            }
        }
    }

    // Beside those whose names say it; c is kcp's short one.
    private static bool IsFileKey(string key) =>
        key.EndsWith("file", StringComparison.OrdinalIgnoreCase) || key.ToUpperInvariant() is "AUTHORIZEDKEYS" or "KNOWNHOSTS" or "C";

    private static void CheckPath(string path, string pointer, ValidationContext context, Action<string, string> error)
    {
        // Words of log.output, which are no files.
        if (path is "none" or "null" or "stderr" or "stdout")
        {
            return;
        }

        if (context.FilesFolder is not { Length: > 0 } folder)
        {
            error(pointer, "files cannot be named over REST, since no folder is set for them (setting Files:Folder)");
        }
        else if (!FileFolder.Contains(folder, path))
        {
            error(pointer, $"{JsonPointer.Shorten(path)} does not lie below {folder}; files named over REST must (setting Files:Folder)");
        }
    }
}

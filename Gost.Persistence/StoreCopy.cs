using Gost.Engine.ControlPlane;

namespace Gost.Persistence;

/// <summary>
/// A copy of a store in a folder of its own (0700), for reading a store that cannot be written: SQLite wants to write beside the file even
/// to read it, and what was committed last may still stand in the write-ahead log. Dispose removes the copy.
/// </summary>
internal sealed class StoreCopy : IDisposable
{
    private readonly string _folder;

    private StoreCopy(string folder, string path) => (_folder, Path) = (folder, path);

    /// <summary>The copied file.</summary>
    public string Path { get; }

    /// <summary>Copies file and log. Throws <see cref="StoreException"/>.</summary>
    public static StoreCopy Of(string path)
    {
        string? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("gost-store-").FullName;
            StoreCopy copy = new(folder, System.IO.Path.Combine(folder, "gost.db"));
            File.Copy(path, copy.Path);
            if (File.Exists(path + "-wal"))
            {
                File.Copy(path + "-wal", copy.Path + "-wal");
            }

            return copy;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (folder is not null)
            {
                Directory.Delete(folder, recursive: true);
            }

            throw StoreFaults.From(e, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

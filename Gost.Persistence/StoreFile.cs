using System.Globalization;
using Gost.Engine.ControlPlane;
using Microsoft.Data.Sqlite;

namespace Gost.Persistence;

/// <summary>The store's file: who may read it, and the lock that keeps a second process away. The lock goes with the process, however that ends.</summary>
internal sealed class StoreFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream _lock;

    private StoreFile(string path, FileStream fileLock, bool isNew) => (Path, _lock, IsNew) = (path, fileLock, isNew);

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>True when the file was not there, or empty.</summary>
    public bool IsNew { get; }

    /// <summary>Makes folder (0700) and file (0600) where they are missing and takes the lock. Throws <see cref="StoreException"/>.</summary>
    public static StoreFile Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream? fileLock = null;
        try
        {
            var folder = System.IO.Path.GetDirectoryName(path);
            if (folder is not null && !Directory.Exists(folder))
            {
                CreateFolder(folder);
            }

            fileLock = TakeLock(path + ".lock");
            var isNew = !File.Exists(path) || new FileInfo(path).Length == 0;
            using (OpenPrivate(path, FileShare.ReadWrite))
            {
            }

            Restrict(path);
            return new StoreFile(path, fileLock, isNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            fileLock?.Dispose();
            throw StoreFaults.From(e, path);
        }
        catch
        {
            fileLock?.Dispose();
            throw;
        }
    }

    /// <summary>Copies the whole store to a file beside it, before a migration changes it.</summary>
    public void Backup(SqliteConnection connection, DateTimeOffset now)
    {
        var copy = string.Create(CultureInfo.InvariantCulture, $"{Path}.{now:yyyyMMdd'T'HHmmss'Z'}.bak");
        try
        {
            using (OpenPrivate(copy, FileShare.ReadWrite))
            {
            }

            using SqliteConnection target = new(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
            target.Open();
            connection.BackupDatabase(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFaults.From(e, copy);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string path)
    {
        try
        {
            return OpenPrivate(path, FileShare.None);
        }
        catch (IOException e) when (StoreFaults.IsLocked(e))
        {
            throw new StoreException(
                StoreError.InUse,
                $"the store is in use by another process: {path} is locked; stop that process or name another file with -db",
                e);
        }
    }

    private static FileStream OpenPrivate(string path, FileShare share)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }
}

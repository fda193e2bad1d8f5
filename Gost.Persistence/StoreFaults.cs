using Gost.Engine.ControlPlane;
using Microsoft.Data.Sqlite;

namespace Gost.Persistence;

/// <summary>Says what a fault of SQLite or of the file system means for the caller. Source: sqlite.org/rescode.html, errno(3).</summary>
internal static class StoreFaults
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnlyFileSystem = 30;
    private const int WouldBlock = 11;
    private const int ShmSize = 4874;
    private const int HResultMask = 0xFFFF;

    /// <summary>Whether another process holds the lock that was asked for.</summary>
    public static bool IsLocked(IOException fault) =>
        fault is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException)
        && (fault.HResult & HResultMask) is WouldBlock or 35 or 32 or 33;

    /// <summary>The store's exception for a fault.</summary>
    public static StoreException From(Exception fault, string path) => fault switch
    {
        StoreException store => store,
        SqliteException sqlite => From(sqlite, path),
        UnauthorizedAccessException => new(StoreError.ReadOnly, $"the store {path} cannot be written: access is denied", fault),
        IOException { HResult: var code } when (code & HResultMask) is NoSpace or QuotaExceeded => Full(path, fault),
        IOException { HResult: var code } when (code & HResultMask) is ReadOnlyFileSystem =>
            new(StoreError.ReadOnly, $"the store {path} cannot be written: the file system is read-only", fault),
        _ => new(StoreError.Failed, $"the store {path} failed: {fault.Message}", fault),
    };

    private static StoreException From(SqliteException fault, string path) => fault.SqliteErrorCode switch
    {
        13 => Full(path, fault),
        10 when fault.SqliteExtendedErrorCode == ShmSize || IsDiskFull(path) => Full(path, fault),
        3 or 8 or 14 or 23 => new(StoreError.ReadOnly, $"the store {path} cannot be written: {fault.Message}", fault),
        5 or 6 => new(StoreError.Failed, $"the store {path} is busy: another program holds its lock", fault),
        11 or 26 => new(StoreError.Failed, $"the store {path} is damaged: {fault.Message}", fault),
        _ => new(StoreError.Failed, $"the store {path} failed: {fault.Message}", fault),
    };

    private static StoreException Full(string path, Exception fault) =>
        new(StoreError.DiskFull, $"no space is left for the store {path}; nothing was changed", fault);

    // An I/O error of SQLite does not carry the reason; the file system's state does.
    private static bool IsDiskFull(string path)
    {
        try
        {
            return File.Exists(path) && new DriveInfo(path).AvailableFreeSpace < 4096;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}

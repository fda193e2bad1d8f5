using System.Runtime.InteropServices;

namespace Gost.Engine.Net;

/// <summary>
/// Asks the kernel: getrlimit(2) for the limit, the size of <c>/proc/self/fd</c> for the count (one system call since Linux 6.2;
/// before that the folder is listed). Elsewhere than on Linux there is no limit.
/// </summary>
internal sealed partial class LinuxDescriptorProbe : IDescriptorProbe
{
    private const string Folder = "/proc/self/fd";
    private const int RlimitNoFile = 7;
    private const uint StatxSize = 0x200;
    private const int AtFdCwd = -100;

    /// <inheritdoc/>
    public unsafe long Limit
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return long.MaxValue;
            }

            ResourceLimit limit;
            return GetResourceLimit(RlimitNoFile, &limit) == 0 ? (long)Math.Min(limit.Soft, long.MaxValue) : long.MaxValue;
        }
    }

    /// <inheritdoc/>
    public unsafe long Open
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return 0;
            }

            FileStatus status = default;
            return Statx(AtFdCwd, Folder, 0, StatxSize, &status) == 0 && status.Size > 0 ? (long)status.Size : CountEntries();
        }
    }

    private static long CountEntries()
    {
        try
        {
            // The listing itself holds one.
            return Directory.EnumerateFileSystemEntries(Folder).LongCount() - 1;
        }
        catch (IOException)
        {
            // No descriptor is left to list the folder with.
            return long.MaxValue;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static unsafe partial int GetResourceLimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, FileStatus* status);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    /// <summary>struct statx of the kernel's interface, the same on every architecture; only the size is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(40)]
        public ulong Size;
    }
}

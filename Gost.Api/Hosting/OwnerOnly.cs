namespace Gost.Api.Hosting;

/// <summary>Files and folders that only the owner may use, where the system has such modes.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder, mode 0700, unless it is there; returns its full path.</summary>
    public static string CreateFolder(string path) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path).FullName
        : Directory.CreateDirectory(path, FileMode | UnixFileMode.UserExecute).FullName;

    /// <summary>A new file, mode 0600.</summary>
    public static FileStream CreateFile(string path)
    {
        FileStreamOptions options = new() { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode;
        }

        return new(path, options);
    }

    /// <summary>Sets mode 0600 on a file or socket that exists.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, FileMode);
        }
    }
}

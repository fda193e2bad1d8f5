using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>A file system of 4 MB in memory, below a folder of its own; mounting it needs root, without which the test is skipped.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(TempFolder folder) => Folder = folder;

    /// <summary>The folder that holds the mount point; it is not on the small disk itself.</summary>
    public TempFolder Folder { get; }

    private string MountPoint => Folder.File("disk");

    public static async Task<SmallDisk> MountAsync(CancellationToken cancellationToken)
    {
        Programs.Require("mount");
        SmallDisk disk = new(new TempFolder());
        Directory.CreateDirectory(disk.MountPoint);
        var mounted = await ProgramOutput.RunAsync("mount", ["-t", "tmpfs", "-o", "size=4m", "gost-test", disk.MountPoint], cancellationToken);
        if (mounted.ExitCode != 0)
        {
            disk.Folder.Dispose();
            Assert.Skip($"no right to mount a file system: {mounted.Error.Trim()}");
        }

        return disk;
    }

    /// <summary>The path of a file on the disk.</summary>
    public string File(string name) => Path.Combine(MountPoint, name);

    /// <summary>Writes a file until nothing fits any more; returns its path.</summary>
    public string Fill()
    {
        var path = File("filler");
        using var file = System.IO.File.Create(path, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            return path;
        }
    }

    /// <summary><c>ro</c> or <c>rw</c>.</summary>
    public async Task RemountAsync(string mode, CancellationToken cancellationToken)
    {
        var remounted = await ProgramOutput.RunAsync("mount", ["-o", $"remount,{mode}", MountPoint], cancellationToken);
        Assert.True(remounted.ExitCode == 0, remounted.Error);
    }

    public async ValueTask DisposeAsync()
    {
        await ProgramOutput.RunAsync("umount", [MountPoint], CancellationToken.None);
        Folder.Dispose();
    }
}

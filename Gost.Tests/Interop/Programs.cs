using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Third-party programs that tests drive, found on the path.</summary>
internal static class Programs
{
    /// <summary>The full path of a program; skips the test, naming the program, where it is absent.</summary>
    public static string Require(string name)
    {
        var found = Find(name);
        Assert.SkipUnless(found is not null, $"{name} is not installed");
        return found!;
    }

    /// <summary>The full path of a program, null where it is absent.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append("/usr/sbin")
            .Append("/sbin")
            .Select(x => Path.Combine(x, name))
            .FirstOrDefault(File.Exists);
}

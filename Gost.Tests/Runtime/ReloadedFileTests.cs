using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Runtime;

public sealed class ReloadedFileTests
{
    [Fact]
    public async Task AFileThatStaysUnreadable_IsLoggedOnce()
    {
        using TempFolder folder = new();
        FakeTimeProvider time = new();
        using CollectedLog log = new();
        await using EngineParts parts = new(time);
        folder.Write("list", "a");
        await using var file = ReloadedFile<IReadOnlyList<string>>.Open(
            folder.File("list"), TimeSpan.FromSeconds(1), static x => x, parts.Services with { Loggers = log });
        Assert.Equal(["a"], file.Current);

        File.Delete(folder.File("list"));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(log.Of("FileNotRead"));

        folder.Write("list", "b");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["b"], file.Current);
        File.Delete(folder.File("list"));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, log.Of("FileNotRead").Count);
    }
}

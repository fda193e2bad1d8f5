using Gost.Tests.EndToEnd;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Hosting;

[Collection(ProgramsCollection.Name)]
public sealed class SocketCompletionsTests
{
    [Fact(Timeout = 60_000)]
    public async Task Program_WaitsForSocketsOnAThreadForEachProcessor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "threads are named in /proc");
        using var folder = new TempFolder();
        await using var gost = await GostProcess.StartStoreAsync(folder, TestContext.Current.CancellationToken);

        // One for all processors is what the library has when it hands every event to the thread pool.
        var threads = Directory.GetDirectories($"/proc/{gost.Process.Id}/task")
            .Select(static x => File.ReadAllText(Path.Combine(x, "comm")).Trim())
            .Count(static x => x == ".NET Sockets");
        Assert.Equal(Environment.ProcessorCount, threads);
    }
}

using System.Globalization;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd.Soak;

/// <summary>
/// Long runs, which only those get who ask for them (tools/soak.sh): GOST_SOAK_SECONDS says how long (300 unless set), GOST_SOAK_LANES which lanes, side by side,
/// and GOST_SOAK_LOG names a file for the samples.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SoakTests
{
    [Fact(Explicit = true)]
    public async Task MixedLoad_ForALongTime_LeavesDescriptorsThreadsAndMemoryFlat()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("GOST_SOAK_SECONDS") ?? "300", CultureInfo.InvariantCulture);
        var lanes = (Environment.GetEnvironmentVariable("GOST_SOAK_LANES") ?? "kernel,portable").Split(',');
        await using var log = Environment.GetEnvironmentVariable("GOST_SOAK_LOG") is { Length: > 0 } file ? new StreamWriter(file, append: true) { AutoFlush = true } : StreamWriter.Null;
        await using var lines = TextWriter.Synchronized(log);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        async Task RunAsync(string lane)
        {
            try
            {
                await new SoakRun(lane, TimeSpan.FromSeconds(seconds), lines.WriteLine).RunAsync(stop.Token);
            }
            catch
            {
                // The other one need not go on to the end.
                await stop.CancelAsync();
                throw;
            }
        }

        await Task.WhenAll(lanes.Select(RunAsync));
    }
}

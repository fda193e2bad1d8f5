using System.Globalization;
using Gost.Tests.Testing;

namespace Gost.Tests.EndToEnd.Soak;

/// <summary>What a running program holds at one moment.</summary>
/// <param name="At">Time since the first sample.</param>
/// <param name="Descriptors">Open descriptors. Source: proc(5), /proc/PID/fd.</param>
/// <param name="Threads">Threads. Source: proc(5), /proc/PID/status.</param>
/// <param name="ResidentKiB">Resident memory in KiB. Source: proc(5), /proc/PID/status.</param>
/// <param name="HeapKiB">What the garbage collector counts as allocated, in KiB, garbage included. Source: the program's own /metrics.</param>
internal sealed record ProgramSample(TimeSpan At, long Descriptors, long Threads, long ResidentKiB, long HeapKiB)
{
    /// <summary>Takes a sample of a program that has an API.</summary>
    public static async Task<ProgramSample> TakeAsync(GostProcess gost, TimeSpan at, CancellationToken cancellationToken)
    {
        var status = File.ReadLines($"/proc/{gost.Process.Id}/status").ToDictionary(static x => x[..x.IndexOf(':')], static x => x[(x.IndexOf(':') + 1)..]);
        var metrics = await gost.Api.GetStringAsync("/metrics", cancellationToken);
        return new ProgramSample(at, CountDescriptors(gost), Number(status["Threads"]), Number(status["VmRSS"]), Metric(metrics, "dotnet_total_memory_bytes") / 1024);
    }

    /// <summary>Open descriptors now.</summary>
    public static long CountDescriptors(GostProcess gost) => Directory.GetFileSystemEntries($"/proc/{gost.Process.Id}/fd").Length;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{At.TotalSeconds,6:F0} s {Descriptors,6} descriptors {Threads,4} threads {ResidentKiB,8} KiB resident {HeapKiB,8} KiB heap");

    private static long Number(string text) => long.Parse(text.Replace("kB", "", StringComparison.Ordinal), NumberStyles.Any, CultureInfo.InvariantCulture);

    private static long Metric(string page, string name)
    {
        var line = page.Split('\n').FirstOrDefault(x => x.StartsWith(name, StringComparison.Ordinal)) ?? throw new InvalidOperationException($"no metric {name}");
        return (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}

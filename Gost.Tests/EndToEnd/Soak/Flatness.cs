namespace Gost.Tests.EndToEnd.Soak;

/// <summary>
/// The rule by which samples of a program under even load are flat: what was taken in the warm-up does not count; of the rest, the last third is compared with
/// the first one. Descriptors, threads and resident memory by their medians, the heap by its lowest value (in between it grows until it is collected). Each may
/// be higher by its allowance and no more.
/// </summary>
internal static class Flatness
{
    /// <summary>Descriptors that come and go with the load: 10 % and this many.</summary>
    public const long Descriptors = 24;

    /// <summary>Threads that the pool starts when processors are scarce, and ends when it is idle.</summary>
    public const long Threads = 16;

    /// <summary>Memory: 10 % and this many KiB.</summary>
    public const long MemoryKiB = 16 * 1024;

    /// <summary>What is not flat, in words; empty = all is.</summary>
    public static IReadOnlyList<string> Judge(IReadOnlyList<ProgramSample> samples, TimeSpan warmUp)
    {
        var counted = samples.Where(x => x.At >= warmUp).ToList();
        if (counted.Count < 6)
        {
            return [$"{counted.Count} samples after {warmUp} are too few to judge"];
        }

        var third = counted.Count / 3;
        var (first, last) = (counted[..third], counted[^third..]);
        List<string> faults = [];
        void Compare(string what, Func<IEnumerable<long>, long> of, Func<ProgramSample, long> value, Func<long, long> allowance)
        {
            var (before, after) = (of(first.Select(value)), of(last.Select(value)));
            if (after > before + allowance(before))
            {
                faults.Add($"{what} grew from {before} to {after}, more than {allowance(before)}");
            }
        }

        Compare("descriptors", Median, static x => x.Descriptors, static x => (x / 10) + Descriptors);
        Compare("threads", Median, static x => x.Threads, static _ => Threads);
        Compare("resident KiB", Median, static x => x.ResidentKiB, static x => (x / 10) + MemoryKiB);
        Compare("heap KiB", Enumerable.Min, static x => x.HeapKiB, static x => (x / 10) + MemoryKiB);
        return faults;
    }

    private static long Median(IEnumerable<long> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}

using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>Which lane an engine takes: the kernel lane where the system has what it needs, or what a setting says. Source: design.md, Hot path.</summary>
internal static class LaneChoice
{
    /// <summary>How long loops spin unless a setting says otherwise: the measured best. Source: bench findings, section 1.</summary>
    public static readonly TimeSpan DefaultSpin = TimeSpan.FromMicroseconds(50);

    /// <summary>The event loops of the kernel lane, which the caller owns; null = the portable lane. Throws <see cref="LaneRefusedException"/>.</summary>
    public static EventLoopGroup? Open(EngineOptions options, TimeProvider time, ILoggerFactory loggers) =>
        Open(Decide(options, new LinuxLaneProbe(), Environment.ProcessorCount), options, time, loggers);

    /// <summary>The same for a lane that was decided on, of which a line is logged.</summary>
    public static EventLoopGroup? Open(LaneStatus lane, EngineOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<EventLoopGroup>();
        if (lane.Lane == DataLane.Portable)
        {
            LoopLog.PortableLane(logger, lane.Reason);
            return null;
        }

        LoopLog.KernelLane(logger, lane.Loops, lane.Spin.TotalMicroseconds, lane.Splices ? "splice" : "copy", lane.Reason);
        return new EventLoopGroup(
            new LoopOptions(lane.Loops, lane.Spin, lane.Splices) { Congestion = LoopbackCongestion.Choose(options.LoopbackCongestion, LoopbackCongestion.ReadSystemDefault()) },
            time,
            loggers);
    }

    /// <summary>
    /// The lane for a system and its settings. Throws <see cref="LaneRefusedException"/> when the kernel lane is demanded and cannot be had: who
    /// demands it counts on it, and would learn from a log line only that it is missing.
    /// </summary>
    public static LaneStatus Decide(EngineOptions options, ILaneProbe probe, int cores)
    {
        if (options.Lane == DataLane.Portable)
        {
            return Portable("the setting Engine:Lane says so");
        }

        if (probe.RefusalOfLoops() is { } refusal)
        {
            return options.Lane == DataLane.Auto
                ? Portable($"the kernel lane cannot be had here: {refusal}")
                : throw new LaneRefusedException(
                    $"the kernel lane, which the setting Engine:Lane (-lane) demands, cannot be had here: {refusal}; allow that call (in a container: in its seccomp profile), or set Engine:Lane to auto");
        }

        // On a single core, or within a quota that is no more than one, whoever makes the events needs it.
        var spin = options.Spin ?? (cores > 1 || probe.IsBoundToOneCoreOfMany() ? DefaultSpin : TimeSpan.Zero);
        var splice = probe.RefusalOfSplice();
        var reason = splice is null ? "the system has all it needs" : $"copies instead of splicing, {splice}";
        return new LaneStatus(DataLane.Kernel, Math.Max(1, cores), spin, splice is null, reason);
    }

    private static LaneStatus Portable(string reason) => new(DataLane.Portable, 0, TimeSpan.Zero, false, reason);
}

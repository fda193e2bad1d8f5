using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>Which lane an engine takes.</summary>
internal static class LaneChoice
{
    /// <summary>The event loops of the kernel lane, which the caller owns; null = the portable lane.</summary>
    public static EventLoopGroup? Open(EngineOptions options, TimeProvider time, ILoggerFactory loggers) =>
        options.Lane == DataLane.Portable || !OperatingSystem.IsLinux()
            ? null
            : new EventLoopGroup(new LoopOptions(Environment.ProcessorCount, TimeSpan.Zero, CanSplice: true), time, loggers);
}

namespace Gost.Engine.Net.Loops;

/// <summary>Options of the kernel lane's sockets. Source: tcp(7), socket(7).</summary>
internal static class LoopSocketOptions
{
    /// <summary>Small writes leave at once.</summary>
    public static void SetNoDelay(int descriptor) => LinuxCalls.TrySetOption(descriptor, LinuxCalls.LevelTcp, LinuxCalls.OptionNoDelay, 1);

    /// <summary>Probes a silent connection; what the system does not know is left out.</summary>
    public static void SetKeepAlive(int descriptor, TcpKeepAlive keepAlive)
    {
        LinuxCalls.TrySetOption(descriptor, LinuxCalls.LevelTcp, LinuxCalls.OptionKeepIdle, keepAlive.IdleSeconds);
        LinuxCalls.TrySetOption(descriptor, LinuxCalls.LevelTcp, LinuxCalls.OptionKeepInterval, keepAlive.IntervalSeconds);
        LinuxCalls.TrySetOption(descriptor, LinuxCalls.LevelTcp, LinuxCalls.OptionKeepCount, keepAlive.Count);
        LinuxCalls.TrySetOption(descriptor, LinuxCalls.LevelSocket, LinuxCalls.OptionKeepAlive, 1);
    }
}

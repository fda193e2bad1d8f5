using System.Text;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// The congestion control of sockets whose other end is on this host. Where the system's default is <c>bbr</c> they get <c>cubic</c>: bbr paces a
/// loopback socket to a third of what it can carry, and there is no congestion to control. Any thread.
/// Source: bench findings, "System default bbr"; tcp(7), TCP_CONGESTION.
/// </summary>
internal sealed unsafe class LoopbackCongestion
{
    private const string DefaultPath = "/proc/sys/net/ipv4/tcp_congestion_control";

    private readonly byte[] _name;
    private volatile bool _refused;

    private LoopbackCongestion(string name) => (Name, _name) = (name, Encoding.ASCII.GetBytes(name));

    /// <summary>The algorithm.</summary>
    public string Name { get; }

    /// <summary>
    /// What such sockets get; null = nothing. <paramref name="setting"/> is <c>auto</c> or empty, <c>off</c>, or the name of an algorithm, which then is used whatever the
    /// system's default is.
    /// </summary>
    public static LoopbackCongestion? Choose(string? setting, string? systemDefault) => setting switch
    {
        null or "" or "auto" => systemDefault == "bbr" ? new LoopbackCongestion("cubic") : null,
        "off" => null,
        _ => new LoopbackCongestion(setting),
    };

    /// <summary>The system's default, null where it cannot be read.</summary>
    public static string? ReadSystemDefault()
    {
        try
        {
            return File.ReadAllText(DefaultPath).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Sets it on a TCP socket, connected or not; a listening one passes it on to what it accepts. For sockets with a loopback address at the other end only.
    /// Once the system has refused (ENOENT: it has no such algorithm; EPERM: not allowed to this user) it is not asked again.
    /// </summary>
    public void Apply(int descriptor)
    {
        if (_refused)
        {
            return;
        }

        fixed (byte* name = _name)
        {
            if (LinuxCalls.SetOption(descriptor, LinuxCalls.LevelTcp, LinuxCalls.OptionCongestion, name, _name.Length) < 0)
            {
                // A broken socket says EINVAL or EBADF, which says nothing about the next one.
                _refused = System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is LinuxErrors.NoEntry or LinuxErrors.NotPermitted;
            }
        }
    }
}

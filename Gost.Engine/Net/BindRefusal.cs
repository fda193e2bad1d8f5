using System.Globalization;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Words why an address cannot be bound, the same for TCP and UDP, with what mends it where that is known.</summary>
internal static class BindRefusal
{
    private const string FirstFreePort = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    private const int UsualFirstFreePort = 1024;

    /// <summary>The fault to throw; <paramref name="network"/> is <c>tcp</c> or <c>udp</c>.</summary>
    public static FlowException Of(string network, BindAddress address, SocketException cause)
    {
        var (error, text) = cause.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => (FlowError.AddressInUse, "bind: address already in use" + PortHolder.Describe(network, address.Port)),
            SocketError.AccessDenied => (FlowError.NotPermitted, "bind: permission denied" + Remedy(address.Port)),
            SocketError.AddressNotAvailable => (FlowError.Failed, "bind: cannot assign requested address"),
            SocketError.TooManyOpenSockets => (FlowError.OutOfDescriptors, "socket: too many open files"),
            _ => (FlowError.Failed, $"bind: {cause.Message}"),
        };
        return new FlowException(FlowLayer.Bind, error, $"listen {network} {address.Text}: {text}", cause);
    }

    // A port that needs no privilege is denied by other rules (SELinux for one), of which nothing is known here.
    private static string Remedy(int port)
    {
        var first = ReadFirstFreePort();
        return port == 0 || port >= first
            ? ""
            : $"; ports below {first} need the capability CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE, "
            + "Docker: --cap-add NET_BIND_SERVICE) or a lower sysctl net.ipv4.ip_unprivileged_port_start";
    }

    private static int ReadFirstFreePort()
    {
        try
        {
            return File.Exists(FirstFreePort) && int.TryParse(File.ReadAllText(FirstFreePort), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var port)
                ? port
                : UsualFirstFreePort;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return UsualFirstFreePort;
        }
    }
}

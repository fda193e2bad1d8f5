using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Turns what the system says of an outgoing socket into the engine's terms, worded as GOST words it.</summary>
internal static class DialErrors
{
    /// <summary><c>tcp</c>, <c>udp</c> or <c>unix</c>.</summary>
    public static string NetworkName(TargetNetwork network) => network switch
    {
        TargetNetwork.Udp => "udp",
        TargetNetwork.Unix => "unix",
        _ => "tcp",
    };

    /// <summary>The failure of a dial to <paramref name="to"/> (an address or a path).</summary>
    public static FlowException Map(TargetNetwork network, string to, SocketException exception)
    {
        var (error, text) = Describe(exception);
        return new FlowException(FlowLayer.Dial, error, $"dial {NetworkName(network)} {to}: {text}", exception);
    }

    private static (FlowError Error, string Text) Describe(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => (FlowError.Refused, "connection refused"),
        SocketError.HostUnreachable => (FlowError.Unreachable, "no route to host"),
        SocketError.NetworkUnreachable => (FlowError.Unreachable, "network is unreachable"),
        SocketError.NetworkDown or SocketError.HostDown => (FlowError.Unreachable, "host or network is down"),
        SocketError.TimedOut => (FlowError.TimedOut, "connection timed out"),
        SocketError.ConnectionReset => (FlowError.Refused, "connection reset by peer"),

        // A packet filter on the way to this one address says so too; what this host denies its own sockets is told before the dial.
        SocketError.AccessDenied => (FlowError.Refused, "permission denied"),
        SocketError.TooManyOpenSockets => (FlowError.OutOfDescriptors, "too many open files"),
        SocketError.NoBufferSpaceAvailable => (FlowError.OutOfDescriptors, "no buffer space available"),

        // Local: no source port is left, or the source address is not this host's.
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => (FlowError.AddressInUse, "cannot assign requested address"),
        _ => (FlowError.Failed, exception.Message),
    };
}

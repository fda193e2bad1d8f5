using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>What the kernel knows of the sockets of this machine. Source: proc(5), /proc/net; Linux, Documentation/networking/proc_net_tcp.rst.</summary>
internal static class SocketTables
{
    private const string Listens = "0A";
    private const string ProbesForWindow = "04:";
    private const string Retransmits = "01:";

    /// <summary>True while something listens (TCP) or is bound (UDP) at the port.</summary>
    public static bool IsTaken(int port, ProtocolType protocol) =>
        Rows(protocol).Any(x => EndsIn(x[1], port) && (protocol == ProtocolType.Udp || x[3] == Listens));

    /// <summary>True while what the connection's end at <paramref name="local"/> still has to send waits for the other, whose buffer is full, to read.</summary>
    public static bool WaitsForReader(EndPoint? local, EndPoint? remote)
    {
        var (near, far) = (PortOf(local), PortOf(remote));
        return Rows(ProtocolType.Tcp).Any(x => EndsIn(x[1], near) && EndsIn(x[2], far) && IsStalled(x[5], x[6]));
    }

    // The other end says that it has no room, or has had to throw away what came: nothing else is lost on one host.
    private static bool IsStalled(string timer, string retransmits) =>
        timer.StartsWith(ProbesForWindow, StringComparison.Ordinal) || (timer.StartsWith(Retransmits, StringComparison.Ordinal) && retransmits != "00000000");

    private static IEnumerable<string[]> Rows(ProtocolType protocol)
    {
        var tables = protocol == ProtocolType.Tcp ? new[] { "tcp", "tcp6" } : ["udp", "udp6"];
        return tables.Select(static x => "/proc/net/" + x).Where(File.Exists).SelectMany(static x => File.ReadLines(x).Skip(1))
            .Select(static x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static int PortOf(EndPoint? address) => Assert.IsType<IPEndPoint>(address).Port;

    private static bool EndsIn(string address, int port) => address.EndsWith($":{port:X4}", StringComparison.Ordinal);
}

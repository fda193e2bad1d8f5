using System.Net;
using System.Net.Sockets;

namespace Gost.Tests.Testing;

/// <summary>
/// Ports for programs that must be told one. They lie below the range the system takes client ports from, so that only another program that
/// wants the very same one could be in the way.
/// </summary>
internal static class Ports
{
    /// <summary>The first of <paramref name="count"/> neighbouring ports that are free for TCP and UDP, on every address.</summary>
    public static int Free(int count = 1)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var first = Random.Shared.Next(11_000, 32_000 - count);
            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }

        throw new InvalidOperationException("no free port was found");
    }

    private static bool IsFree(int port)
    {
        if (SocketTables.IsTaken(port, ProtocolType.Tcp) || SocketTables.IsTaken(port, ProtocolType.Udp))
        {
            return false;
        }

        try
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(IPAddress.Any, port));
            udp.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

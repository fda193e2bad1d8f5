using System.Net;
using System.Net.Sockets;

namespace Gost.Api.CommandLine;

/// <summary>Reaches the program's own Web API from beside it, by the address it listens on.</summary>
internal static class HealthCheckClient
{
    private const string UnixScheme = "unix://";

    /// <summary>A client for the address and the URL that its requests begin with. Throws <see cref="UriFormatException"/>.</summary>
    public static HttpClient Create(string address, CommandLineHost host, out Uri root)
    {
        if (address.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            root = new Uri("http://localhost");
            UnixDomainSocketEndPoint socketPath = new(address[UnixScheme.Length..]);
            return new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (_, token) =>
                {
                    Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(socketPath, token);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
            });
        }

        root = new Uri("http://" + Reachable(address));
        return new HttpClient(host.HttpHandler());
    }

    // An address that listens on all interfaces is reached over loopback.
    private static string Reachable(string address)
    {
        var colon = address.LastIndexOf(':');
        var (name, port) = colon < 0 ? (address, "") : (address[..colon], address[colon..]);
        var bare = name.Trim('[', ']');
        return bare.Length == 0 || (IPAddress.TryParse(bare, out var ip) && ip.Equals(IPAddress.Any)) ? "127.0.0.1" + port
            : IPAddress.TryParse(bare, out ip) && ip.Equals(IPAddress.IPv6Any) ? "[::1]" + port
            : address;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gost.Tests.Testing;

/// <summary>TCP clients of loopback ports, and what they are told as text.</summary>
internal static class LoopbackClient
{
    /// <summary>A connection to the port; the caller's.</summary>
    public static async Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The first character that a new connection to the port is told, empty when it ends before: the name of a <see cref="TcpTarget.Echo"/>.</summary>
    public static async Task<string> GreetingAsync(int port, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(port, cancellationToken);
        return await ReceiveTextAsync(client, 1, cancellationToken);
    }

    /// <summary>Up to <paramref name="length"/> characters; fewer only at the end of the stream.</summary>
    public static async Task<string> ReceiveTextAsync(Socket client, int length, CancellationToken cancellationToken) =>
        Encoding.ASCII.GetString(await client.ReceiveAllAsync(length, cancellationToken));
}

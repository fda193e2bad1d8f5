using System.Net;
using System.Net.Sockets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>A byte-exact transfer in both directions at once, each half closed by its sender alone.</summary>
internal static class Transfer
{
    public const long OneGibibyte = 1L << 30;

    /// <summary>A target that receives to the end while it sends <paramref name="length"/> bytes, and reports what it saw.</summary>
    public static TcpTarget Target(long length, TaskCompletionSource<(long Length, string ReceivedHash, string SentHash)> report) => new(async (socket, ct) =>
    {
        try
        {
            var receiving = RandomBytes.ReceiveAsync(buffer => socket.ReceiveAsync(buffer, ct));
            var sent = await SendAllAsync(socket, length, seed: 2, ct);
            var (received, hash) = await receiving;
            report.TrySetResult((received, hash, sent));
        }
        catch (Exception e)
        {
            report.TrySetException(e);
        }
    });

    /// <summary>Connects to the forwarder's port, transfers, and asserts that both ends saw exactly what the other one sent.</summary>
    public static async Task AssertExactAsync(
        int port, long length, Task<(long Length, string ReceivedHash, string SentHash)> report, CancellationToken cancellationToken)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        var receiving = RandomBytes.ReceiveAsync(buffer => client.ReceiveAsync(buffer, cancellationToken));
        var sentHash = await SendAllAsync(client, length, seed: 1, cancellationToken);
        var (received, receivedHash) = await receiving;
        var target = await report.WaitAsync(cancellationToken);

        Assert.Equal(length, received);
        Assert.Equal(length, target.Length);
        Assert.Equal(sentHash, target.ReceivedHash);
        Assert.Equal(target.SentHash, receivedHash);
    }

    private static async Task<string> SendAllAsync(Socket socket, long length, int seed, CancellationToken cancellationToken)
    {
        var hash = await RandomBytes.SendAsync(
            async chunk =>
            {
                while (chunk.Length > 0)
                {
                    chunk = chunk[await socket.SendAsync(chunk, cancellationToken)..];
                }
            },
            length,
            seed);
        socket.Shutdown(SocketShutdown.Send);
        return hash;
    }
}

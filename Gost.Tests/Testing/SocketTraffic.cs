using System.Net.Sockets;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>Whole amounts of bytes over sockets, each of whose calls may take or give less.</summary>
internal static class SocketTraffic
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Sends everything.</summary>
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>Sends until the connection is cut, by either end, and tells how.</summary>
    public static async Task<SocketError> SendUntilClosedAsync(this Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await socket.SendAsync(new byte[ChunkSize], cancellationToken);
            }
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <summary>Up to <paramref name="count"/> bytes; fewer only at the end of the stream.</summary>
    public static async Task<byte[]> ReceiveAllAsync(this Socket socket, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var total = 0;
        int read;
        while (total < count && (read = await socket.ReceiveAsync(bytes.AsMemory(total), cancellationToken)) > 0)
        {
            total += read;
        }

        return bytes[..total];
    }

    /// <summary>Exactly <paramref name="count"/> bytes; fails at an earlier end.</summary>
    public static async Task<byte[]> ReceiveExactlyAsync(this Socket socket, int count, CancellationToken cancellationToken)
    {
        var bytes = await socket.ReceiveAllAsync(count, cancellationToken);
        Assert.True(bytes.Length == count, $"the end after {bytes.Length} of {count} bytes");
        return bytes;
    }

    /// <summary>Reads until nothing more comes: true = the stream's end, false = the connection is cut.</summary>
    public static async Task<bool> DrainAsync(this Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkSize];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
            {
                // It only has to go.
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The next that is heard of the connection is a reset.</summary>
    public static async Task AssertResetAsync(this Socket socket, CancellationToken cancellationToken)
    {
        var e = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[1], cancellationToken));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
    }
}

using System.Net.Sockets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>What is sent through a pair, and how it is checked.</summary>
internal static class Exchange
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A target that reads to the end, and only then sends everything back: it shows whether half-close passes without loss.</summary>
    public static TcpTarget AnswerAfterEnd() => new(static async (socket, ct) =>
    {
        using MemoryStream all = new();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, ct)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        await socket.SendAllAsync(all.ToArray(), ct);
        socket.Shutdown(SocketShutdown.Send);
    });

    /// <summary>Sends, half-closes after the last byte, and asserts that exactly the same comes back.</summary>
    public static async Task HalfCloseAsync(int port, int length, int seed = 1)
    {
        using var client = await LoopbackClient.ConnectAsync(port, Token);
        var sent = Bytes(length, seed);
        var receiving = ReadToEndAsync(client);
        await client.SendAllAsync(sent, Token);
        client.Shutdown(SocketShutdown.Send);
        AssertSame(sent, await receiving);
    }

    /// <summary>Sends to an echo, reads as much, and only then closes.</summary>
    public static async Task EchoAsync(int port, int length, int seed = 2)
    {
        using var client = await LoopbackClient.ConnectAsync(port, Token);
        var sent = Bytes(length, seed);
        var received = new byte[length];
        var receiving = Task.Run(
            async () =>
            {
                var count = 0;
                while (count < length)
                {
                    var read = await client.ReceiveAsync(received.AsMemory(count), Token);
                    if (read == 0)
                    {
                        break;
                    }

                    count += read;
                }

                return count;
            },
            Token);
        await client.SendAllAsync(sent, Token);
        AssertSame(sent, received.AsMemory(0, await receiving).ToArray());
    }

    /// <summary>Sends datagrams one after the other; each must come back as the target answers it.</summary>
    public static async Task DatagramsAsync(int port, string targetName, params int[] lengths)
    {
        using UdpClientSocket client = new(port);
        foreach (var length in lengths)
        {
            var text = string.Create(length, length, static (span, x) => span.Fill((char)('a' + (x % 26))));
            await client.SendAsync(text, Token);
            Assert.Equal($"{targetName}:1:{text}", await client.ReceiveAsync(Token, seconds: 15));
        }
    }

    private static void AssertSame(byte[] sent, byte[] received)
    {
        Assert.Equal(sent.Length, received.Length);
        Assert.True(sent.AsSpan().SequenceEqual(received), "the bytes differ");
    }

    private static async Task<byte[]> ReadToEndAsync(Socket client)
    {
        using MemoryStream all = new();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await client.ReceiveAsync(buffer, Token)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

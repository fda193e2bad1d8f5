using System.Net.Sockets;
using Gost.Tests.Testing;

namespace Gost.Tests.EndToEnd.Soak;

/// <summary>The exchanges that a load is made of. Each one opens what it needs, looks at every byte that comes back, and closes.</summary>
internal static class SoakTraffic
{
    /// <summary>Connects, exchanges a few bytes, closes.</summary>
    public static async Task ConnectAsync(int port, CancellationToken cancellationToken)
    {
        using var client = await GreetedAsync(port, cancellationToken);
        await ExchangeAsync(client, new byte[64], 1, cancellationToken);
        client.Shutdown(SocketShutdown.Send);
        Require(await EndsAsync(client, cancellationToken), "bytes came after the last answer");
    }

    /// <summary>Two hundred messages of all sizes up to 4 KiB.</summary>
    public static async Task PingPongAsync(int port, CancellationToken cancellationToken)
    {
        using var client = await GreetedAsync(port, cancellationToken);
        var buffer = new byte[4096];
        for (var i = 0; i < 200; i++)
        {
            await ExchangeAsync(client, buffer.AsMemory(0, 1 + (i * 1237 % buffer.Length)), i, cancellationToken);
        }
    }

    /// <summary>Bytes in bulk to the echo and back at the same time.</summary>
    public static async Task BulkAsync(int port, long length, CancellationToken cancellationToken)
    {
        using var client = await GreetedAsync(port, cancellationToken);
        var receiving = RandomBytes.ReceiveAsync(x => client.ReceiveAsync(x, cancellationToken));
        try
        {
            var sent = await RandomBytes.SendAsync(async x => await SendAllAsync(client, x, cancellationToken), length, (int)length);
            client.Shutdown(SocketShutdown.Send);
            Require(await receiving == (length, sent), "bulk data came back changed");
        }
        catch
        {
            client.Dispose();
            await Task.WhenAny(receiving);
            throw;
        }
    }

    /// <summary>Ends its direction and gets the whole answer only then.</summary>
    public static async Task HalfCloseAsync(int port, CancellationToken cancellationToken)
    {
        using var client = await LoopbackClient.ConnectAsync(port, cancellationToken);
        var sent = new byte[48 * 1024];
        Random.Shared.NextBytes(sent);
        await SendAllAsync(client, sent, cancellationToken);
        client.Shutdown(SocketShutdown.Send);
        var answer = new byte[sent.Length];
        for (var i = 0; i < 4; i++)
        {
            await ReceiveAllAsync(client, answer, cancellationToken);
            Require(answer.AsSpan().SequenceEqual(sent), "the answer after the half-close is another");
        }

        Require(await EndsAsync(client, cancellationToken), "bytes came after the answer");
    }

    /// <summary>Resets the connection in the middle of a transfer.</summary>
    public static async Task AbortAsync(int port, CancellationToken cancellationToken)
    {
        using var client = await GreetedAsync(port, cancellationToken);
        client.LingerState = new LingerOption(true, 0);
        await client.SendAsync(new byte[64 * 1024], cancellationToken);
        await client.ReceiveAsync(new byte[1024], cancellationToken);
    }

    /// <summary>The far end resets the connection or there is none: either way it ends without a byte.</summary>
    public static async Task BrokenAsync(int port, CancellationToken cancellationToken)
    {
        using var client = await LoopbackClient.ConnectAsync(port, cancellationToken);
        try
        {
            await client.SendAsync(new byte[10], cancellationToken);
        }
        catch (SocketException)
        {
            // It ended before.
        }

        Require(await EndsAsync(client, cancellationToken), "a connection without a far end had bytes");
    }

    /// <summary>One UDP session of a few datagrams. Returns how many were not answered within two seconds.</summary>
    public static async Task<int> DatagramsAsync(int port, CancellationToken cancellationToken)
    {
        using UdpClientSocket client = new(port);
        var lost = 0;
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync($"{i}", cancellationToken);
            string? answer;
            do
            {
                // An answer that comes too late is counted as lost, and not taken for that of the next one.
                answer = await client.ReceiveAsync(cancellationToken, 2);
            }
            while (answer is not null && string.CompareOrdinal(answer, $"u:1:{i}") < 0);

            Require(answer is null || answer == $"u:1:{i}", $"datagram {i} was answered with {answer}");
            lost += answer is null ? 1 : 0;
        }

        return lost;
    }

    /// <summary>Sends and looks for the same bytes to come back.</summary>
    public static async Task ExchangeAsync(Socket client, Memory<byte> buffer, int seed, CancellationToken cancellationToken)
    {
        new Random(seed).NextBytes(buffer.Span);
        var sent = buffer.ToArray();
        await SendAllAsync(client, sent, cancellationToken);
        await ReceiveAllAsync(client, buffer, cancellationToken);
        Require(buffer.Span.SequenceEqual(sent), "another answer than what was sent");
    }

    /// <summary>A connection to the echo, after its greeting.</summary>
    public static async Task<Socket> GreetedAsync(int port, CancellationToken cancellationToken)
    {
        var client = await LoopbackClient.ConnectAsync(port, cancellationToken);
        try
        {
            Require(await LoopbackClient.ReceiveTextAsync(client, 1, cancellationToken) is "a" or "b", "a connection without a greeting");
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Whether the next thing that comes is the end of the connection.</summary>
    public static async Task<bool> EndsAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ReceiveAsync(new byte[1], cancellationToken) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Sends all of it.</summary>
    public static async Task SendAllAsync(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await client.SendAsync(bytes, cancellationToken)..];
        }
    }

    private static async Task ReceiveAllAsync(Socket client, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var count = await client.ReceiveAsync(buffer, cancellationToken);
            Require(count > 0, $"the end with {buffer.Length} bytes missing");
            buffer = buffer[count..];
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}

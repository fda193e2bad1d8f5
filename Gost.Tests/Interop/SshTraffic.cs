using System.Globalization;
using System.Net.Sockets;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Traffic through a forwarded port whose far end is an echo, and whether it arrived.</summary>
internal static class SshTraffic
{
    /// <summary>Bytes of a long transfer: some more than what OpenSSH carries with one key under <c>RekeyLimit 16M</c>; GOST_SSH_BYTES for a long run.</summary>
    public static long LongTransfer { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("GOST_SSH_BYTES"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 40L << 20;

    /// <summary>Sends, ends the sending, and reads the echo to its end: the directions end one by one, and every byte arrives.</summary>
    public static async Task EchoAsync(int port, long length)
    {
        using var socket = await LiveEngine.ConnectAsync(port);
        var receiving = RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x));
        var sent = await RandomBytes.SendAsync(async x =>
        {
            for (var rest = x; rest.Length > 0;)
            {
                rest = rest[await socket.SendAsync(rest)..];
            }
        }, length, seed: port);
        socket.Shutdown(SocketShutdown.Send);
        var (count, hash) = await receiving;
        Assert.Equal((length, sent), (count, hash));
    }

    /// <summary>Sends and reads the echo while both directions are open: for peers that take the end of one for the end of both.</summary>
    public static async Task EchoWithoutEndAsync(int port, int length)
    {
        using var socket = await LiveEngine.ConnectAsync(port);
        var sent = new byte[length];
        new Random(port).NextBytes(sent);
        var received = new byte[length];
        var sending = SendAllAsync();
        for (var total = 0; total < length;)
        {
            var count = await socket.ReceiveAsync(received.AsMemory(total), LiveEngine.Token);
            Assert.NotEqual(0, count);
            total += count;
        }

        await sending;
        Assert.True(received.AsSpan().SequenceEqual(sent));

        async Task SendAllAsync()
        {
            for (var total = 0; total < length;)
            {
                total += await socket.SendAsync(sent.AsMemory(total), LiveEngine.Token);
            }
        }
    }

    /// <summary>Many connections that are all open at once before any of them ends.</summary>
    /// <param name="oneByOne">Whether each is made when the one before has been served.</param>
    public static async Task ManyAsync(int port, int count, bool oneByOne = false)
    {
        List<Socket> sockets = [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                sockets.Add(await LiveEngine.ConnectAsync(port));
                if (oneByOne)
                {
                    Assert.True(await LiveEngine.EchoesAsync(sockets[i]));
                }
            }

            var echoes = await Task.WhenAll(sockets.Select(LiveEngine.EchoesAsync));
            Assert.All(echoes, Assert.True);
            echoes = await Task.WhenAll(sockets.Select(LiveEngine.EchoesAsync));
            Assert.All(echoes, Assert.True);
        }
        finally
        {
            sockets.ForEach(static x => x.Dispose());
        }
    }

    /// <summary>Whether a new connection is refused, or ends without a byte.</summary>
    public static async Task<bool> IsRefusedAsync(int port)
    {
        try
        {
            using var socket = await LiveEngine.ConnectAsync(port);
            return await socket.ReceiveAsync(new byte[1], LiveEngine.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

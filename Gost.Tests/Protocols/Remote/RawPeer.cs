using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary>One end of a TCP connection whose bytes are the test's own.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public int LocalPort { get; } = ((IPEndPoint)socket.LocalEndPoint!).Port; // connected

    public static async Task<RawPeer> ConnectAsync(int port) => new(await LoopbackClient.ConnectAsync(port, Token));

    public async Task SendAsync(params byte[] bytes) => await socket.SendAsync(bytes, Token);

    public Task SendAsync(string text) => SendAsync(System.Text.Encoding.ASCII.GetBytes(text));

    public void End() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Exactly so many bytes; fails at an earlier end.</summary>
    public Task<byte[]> ReadAsync(int count) => socket.ReceiveExactlyAsync(count, Token);

    public async Task<string> ReadTextAsync(int count) => System.Text.Encoding.ASCII.GetString(await ReadAsync(count));

    /// <summary>Everything up to the end.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using MemoryStream all = new();
        var buffer = new byte[4096];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, Token)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Whether the far end closed or reset the connection.</summary>
    public async Task ClosedAsync()
    {
        try
        {
            await ReadToEndAsync();
        }
        catch (SocketException)
        {
            // Reset: as closed as it can be.
        }
    }

    /// <summary>The next smux frame that is no NOP.</summary>
    public async Task<Frame> ReadFrameAsync()
    {
        while (true)
        {
            var header = await ReadAsync(8);
            Frame frame = new(header[1], BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)), await ReadAsync(BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2))));
            if (frame.Command != Frame.Nop)
            {
                return frame;
            }
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>A smux frame.</summary>
    internal sealed record Frame(byte Command, uint Stream, byte[] Payload)
    {
        public const byte Open = 0;
        public const byte End = 1;
        public const byte Data = 2;
        public const byte Nop = 3;

        /// <summary>The frames of a stretch of bytes, NOPs left out.</summary>
        public static IEnumerable<Frame> Parse(byte[] bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 2));
                Frame frame = new(bytes[at + 1], BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4)), bytes[(at + 8)..(at + 8 + length)]);
                at += 8 + length;
                if (frame.Command != Nop)
                {
                    yield return frame;
                }
            }
        }
    }
}

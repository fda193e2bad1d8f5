using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>Reads the head of an upgrade from a stream.</summary>
internal static class UpgradeHeadReader
{
    /// <summary>The longest head in bytes.</summary>
    public const int MaxHead = 64 * 1024;

    private const int FirstBuffer = 2 * 1024;

    /// <summary>
    /// Reads a head, and gives what came behind it. Throws <see cref="UpgradeException"/> for a head that is too long or no head, <see cref="IOException"/>
    /// when the stream ends within it.
    /// </summary>
    public static async ValueTask<(UpgradeHead Head, byte[] Behind)> ReadAsync(DuplexStream stream, BufferPool buffers, CancellationToken cancellationToken)
    {
        var buffer = buffers.Rent(FirstBuffer);
        var count = 0;
        try
        {
            while (true)
            {
                if (count == MaxHead)
                {
                    throw new UpgradeException(431, $"the head is longer than {MaxHead} bytes");
                }

                buffer = Grow(buffer, count, buffers);
                var room = Math.Min(buffer.Length, MaxHead) - count;
                var received = await stream.ReadAsync(buffer.AsMemory(count, room), cancellationToken);
                if (received == 0)
                {
                    throw new IOException(count == 0 ? "the connection ended before the upgrade" : "the connection ended within the head of the upgrade");
                }

                // The empty line may have begun with what was there before.
                var from = Math.Max(0, count - 3);
                count += received;
                if (buffer.AsSpan(from, count - from).IndexOf("\r\n\r\n"u8) is var at && at >= 0)
                {
                    return (UpgradeHead.Parse(buffer.AsSpan(0, from + at)), buffer[(from + at + 4)..count]);
                }
            }
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int count, BufferPool buffers)
    {
        if (count < buffer.Length)
        {
            return buffer;
        }

        var larger = buffers.Rent(2 * buffer.Length);
        buffer.AsSpan(0, count).CopyTo(larger);
        buffers.Return(buffer);
        return larger;
    }
}

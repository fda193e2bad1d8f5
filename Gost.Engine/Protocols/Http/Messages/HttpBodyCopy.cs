using System.Globalization;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>How the copying of a body ended.</summary>
internal enum HttpCopyEnd
{
    /// <summary>With its last byte.</summary>
    Complete,

    /// <summary>Its sender sent no body as announced.</summary>
    Malformed,

    /// <summary>Its sender is gone before its end.</summary>
    SourceBroken,

    /// <summary>Its receiver takes no more.</summary>
    SinkBroken,
}

/// <summary>Carries a body of any size from one connection to another, in chunks where its length is not known. A buffer is held only while there is data.</summary>
internal static class HttpBodyCopy
{
    // "8000" CRLF before a chunk of a whole buffer, CRLF behind it.
    private const int SizeRoom = 10;
    private const int EndRoom = 2;

    private static readonly ReadOnlyMemory<byte> LastChunk = "0\r\n\r\n"u8.ToArray();

    /// <summary>Copies to the end of the body; <paramref name="passed"/> is told of the bytes. Throws only when it is cancelled.</summary>
    public static async Task<HttpCopyEnd> RunAsync(
        HttpBodyReader from, DuplexStream to, bool chunked, BufferPool buffers, Action<long> passed, CancellationToken cancellationToken)
    {
        byte[]? buffer = null;
        var writing = false;
        try
        {
            while (true)
            {
                if (buffer is null)
                {
                    await from.WaitAsync(cancellationToken);
                    buffer = buffers.Rent();
                }

                var room = buffer.AsMemory(SizeRoom, BufferPool.StreamBufferSize - SizeRoom - EndRoom);
                var count = await from.ReadAsync(room, cancellationToken);
                if (count == 0)
                {
                    break;
                }

                passed(count);
                writing = true;
                await to.WriteAsync(chunked ? Chunk(buffer, count) : room[..count], cancellationToken);
                writing = false;
                if (count < room.Length)
                {
                    buffers.Return(buffer);
                    buffer = null;
                }
            }

            if (chunked)
            {
                writing = true;
                await to.WriteAsync(LastChunk, cancellationToken);
            }

            return HttpCopyEnd.Complete;
        }
        catch (HttpSyntaxException)
        {
            return HttpCopyEnd.Malformed;
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            return writing ? HttpCopyEnd.SinkBroken : HttpCopyEnd.SourceBroken;
        }
        finally
        {
            if (buffer is not null)
            {
                buffers.Return(buffer);
            }
        }
    }

    /// <summary>Puts the size before and the end behind the bytes, so that a chunk is one write.</summary>
    private static ReadOnlyMemory<byte> Chunk(byte[] buffer, int count)
    {
        Span<char> digits = stackalloc char[SizeRoom];
        count.TryFormat(digits, out var length, "x", CultureInfo.InvariantCulture);
        var start = SizeRoom - length - 2;
        Encoding.ASCII.GetBytes(digits[..length], buffer.AsSpan(start));
        "\r\n"u8.CopyTo(buffer.AsSpan(SizeRoom - 2));
        "\r\n"u8.CopyTo(buffer.AsSpan(SizeRoom + count));
        return buffer.AsMemory(start, SizeRoom - start + count + EndRoom);
    }
}

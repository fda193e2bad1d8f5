using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Layers.ProxyProtocol;

/// <summary>Takes a PROXY header off the beginning of a connection. A connection without one is let through, byte for byte.</summary>
internal static class ProxyHeaderReader
{
    /// <summary>How long a client may take. Source: spec/forwarding.md section 8.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The stream behind the header, and the header if there was one. Of a socket only the header's own bytes are taken, so that it stays a raw
    /// socket. A client that sends nothing (it waits for the server to speak) is let through after <see cref="Timeout"/>. Throws
    /// <see cref="FlowException"/> for a broken or half-sent header; the caller keeps owning <paramref name="stream"/> then.
    /// </summary>
    public static async ValueTask<(DuplexStream Stream, ProxyHeader? Header)> ReadAsync(
        DuplexStream stream, BufferPool buffers, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(Timeout, time);
        using var outer = cancellationToken.UnsafeRegister(static x => ((CancellationTokenSource)x!).Cancel(), limit);
        var buffer = buffers.Rent(ProxyHeaderParser.MaxLength);
        var filled = 0;
        try
        {
            while (true)
            {
                var peeked = stream.TryGetRawSocket(out var socket);
                var room = buffer.AsMemory(filled, ProxyHeaderParser.MaxLength - filled);
                var count = peeked
                    ? await socket!.PeekAsync(room, limit.Token)
                    : await stream.ReadAsync(room, limit.Token);
                var result = count == 0 ? ProxyParseResult.None : ProxyHeaderParser.Parse(buffer.AsSpan(0, filled + count), out _, out _);
                switch (result)
                {
                    case ProxyParseResult.None:
                        return (Replay(stream, buffer.AsSpan(0, peeked ? filled : filled + count)), null);
                    case ProxyParseResult.Invalid:
                        throw Bad("broken PROXY header");
                    case ProxyParseResult.Complete:
                        ProxyHeaderParser.Parse(buffer.AsSpan(0, filled + count), out var header, out var length);
                        if (peeked)
                        {
                            await stream.ReadExactlyAsync(buffer.AsMemory(filled, length - filled), limit.Token);
                            return (stream, header);
                        }

                        return (Replay(stream, buffer.AsSpan(length, filled + count - length)), header);
                    default:
                        if (peeked)
                        {
                            await stream.ReadExactlyAsync(buffer.AsMemory(filled, count), limit.Token);
                        }

                        filled += count;
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return filled == 0 ? (stream, null) : throw Bad("PROXY header not complete in time");
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private static DuplexStream Replay(DuplexStream stream, ReadOnlySpan<byte> read) => read.IsEmpty ? stream : new ReplayStream(stream, read.ToArray());

    private static FlowException Bad(string reason) => new(FlowLayer.Accept, FlowError.Failed, $"proxyproto: {reason}");
}

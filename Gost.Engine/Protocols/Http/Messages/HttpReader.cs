using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>
/// Reads HTTP from one stream, which it borrows. What it read too much is given back by <see cref="DetachAsync"/>, so that a tunnel loses no byte. A buffer is
/// held only while bytes wait in it. One reader at a time; disposing ends the watch and gives the buffer back.
/// </summary>
internal sealed class HttpReader(DuplexStream stream, BufferPool buffers) : IAsyncDisposable
{
    /// <summary>The longest head in bytes.</summary>
    public const int MaxHead = 64 * 1024;

    private const int FirstBuffer = 4096;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private Task<bool>? _watch;
    private CancellationTokenSource? _watching;

    /// <summary>Bytes that were read and not yet taken.</summary>
    public int Buffered => _end - _start;

    /// <summary>Waits until bytes or the end of the stream are there.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (Buffered > 0)
        {
            return;
        }

        Release();
        if (!await WatchedAsync(cancellationToken))
        {
            _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
        }
    }

    /// <summary>
    /// Watches the stream while something else is awaited; <paramref name="broken"/> is called when the connection breaks. The next read takes the watch
    /// over.
    /// </summary>
    public void Watch(Action broken)
    {
        // Of other streams nothing more is asked for before what they gave is taken, since their reads are better not given up.
        if (_watch is null && (Buffered == 0 || stream.TryGetRawSocket(out _)))
        {
            if (Buffered == 0)
            {
                Release();
            }

            _watching = new CancellationTokenSource();
            _watch = WatchAsync(broken, _watching.Token);
        }
    }

    /// <summary>
    /// The next head, its empty last line included; valid until the next call. Empty when the stream ends before its first byte. Throws
    /// <see cref="HttpSyntaxException"/>, and <see cref="EndOfStreamException"/> when the stream ends within it.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var scanned = 0;
        while (true)
        {
            if (FindHead(ref scanned) is var length and > 0)
            {
                return Take(length);
            }

            if (!await FillAsync(cancellationToken))
            {
                return Buffered == 0 ? ReadOnlyMemory<byte>.Empty : throw new EndOfStreamException("the connection ended within a head");
            }
        }
    }

    /// <summary>The next line without its CRLF, of at most <paramref name="max"/> bytes; valid until the next call. Throws as <see cref="ReadHeadAsync"/>.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = Span.IndexOf((byte)'\n');
            if (end > 0 && Span[end - 1] == '\r' && !Span[..(end - 1)].Contains((byte)'\r'))
            {
                return Take(end + 1)[..^2];
            }

            if (end >= 0 || Buffered > max + 2)
            {
                throw new HttpSyntaxException("a line without its end");
            }

            if (!await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("the connection ended within a line");
            }
        }
    }

    /// <summary>Reads bytes as they come; 0 = the end of the stream.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Buffered == 0)
        {
            _ = await WatchedAsync(cancellationToken);
            return await stream.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, Buffered);
        Take(count).CopyTo(buffer);
        if (Buffered == 0)
        {
            Release();
        }

        return count;
    }

    /// <summary>The stream from the first byte that was not taken. The reader is of no more use; ownership of the stream stays as it is.</summary>
    public async ValueTask<DuplexStream> DetachAsync()
    {
        await EndWatchAsync();
        var rest = Buffered == 0 ? stream : new ReplayStream(stream, Span.ToArray());
        Release();
        return rest;
    }

    /// <summary>
    /// Ends writing and takes what the peer still sends until it ends too: a connection that is closed with unread bytes is reset, and the peer may
    /// never see the answer. Source: RFC 9112 section 9.6.
    /// </summary>
    public async ValueTask LingerAsync(TimeSpan limit, TimeProvider time, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        var sink = buffers.Rent();
        try
        {
            await stream.CompleteWritesAsync(either.Token);
            while (await ReadAsync(sink, either.Token) > 0)
            {
                // Nobody wants it.
            }
        }
        catch (Exception e) when (IsBroken(e) || e is OperationCanceledException)
        {
            // Gone, or it goes on sending: it was told.
        }
        finally
        {
            buffers.Return(sink);
        }
    }

    /// <summary>Whether an exception says that the connection is gone.</summary>
    public static bool IsBroken(Exception exception) => exception is IOException or SocketException or ObjectDisposedException;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Release();
        await EndWatchAsync();
    }

    private ReadOnlySpan<byte> Span => _buffer.AsSpan(_start, Buffered);

    /// <summary>The length of the head at the start, 0 when its end is not there yet; <paramref name="scanned"/> bytes hold no line's end that matters.</summary>
    private int FindHead(ref int scanned)
    {
        if (Buffered == 0)
        {
            return 0;
        }

        // One empty line may come before a request. Source: RFC 9112 section 2.2.
        if (scanned == 0 && Span.StartsWith("\r\n"u8))
        {
            _start += 2;
        }

        if (Buffered > 0 && !char.IsAsciiLetter((char)Span[0]) && !Span.StartsWith("\r"u8))
        {
            throw new HttpSyntaxException("this is no HTTP");
        }

        while (Span[Math.Min(scanned, Buffered)..].IndexOf((byte)'\n') is var found and >= 0)
        {
            var end = scanned + found;
            if (end == 0 || Span[end - 1] != '\r')
            {
                throw new HttpSyntaxException("a line that does not end in CRLF");
            }

            // The line began where the scan did.
            if (found == 1)
            {
                return end + 1 > 2 ? end + 1 : throw new HttpSyntaxException("empty lines before a head");
            }

            scanned = end + 1;
        }

        return Buffered < MaxHead ? 0 : throw new HttpSyntaxException($"a head of more than {MaxHead} bytes");
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var taken = _buffer.AsMemory(_start, count);
        _start += count;
        return taken;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (Buffered == 0)
        {
            await WaitAsync(cancellationToken);
        }
        else
        {
            _ = await WatchedAsync(cancellationToken);
        }

        MakeRoom();
        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count > 0;
    }

    [MemberNotNull(nameof(_buffer))]
    private void MakeRoom()
    {
        if (_buffer is null)
        {
            (_buffer, _start, _end) = (buffers.Rent(FirstBuffer), 0, 0);
            return;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        var target = Buffered <= _buffer.Length / 2 ? _buffer : buffers.Rent(_buffer.Length * 2);
        Buffer.BlockCopy(_buffer, _start, target, 0, Buffered);
        if (target != _buffer)
        {
            buffers.Return(_buffer);
        }

        (_buffer, _start, _end) = (target, 0, Buffered);
    }

    /// <summary>False when the connection broke; true when bytes or the end are there, or nobody wants to know any more.</summary>
    private async Task<bool> WatchAsync(Action broken, CancellationToken cancellationToken)
    {
        try
        {
            // Of a socket a byte is looked at: an empty read does not tell of a reset.
            _ = stream.TryGetRawSocket(out var socket)
                ? await socket.PeekAsync(new byte[1], cancellationToken)
                : await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (Exception e) when (IsBroken(e))
        {
            broken();
            return false;
        }
    }

    /// <summary>Takes a watch over, if there is one: it ends when there is something to read. Throws <see cref="IOException"/> when the connection broke.</summary>
    private async ValueTask<bool> WatchedAsync(CancellationToken cancellationToken)
    {
        if (_watch is not { } watch)
        {
            return false;
        }

        var alive = await watch.WaitAsync(cancellationToken);
        await EndWatchAsync();
        return alive ? true : throw new IOException("the connection broke");
    }

    private async ValueTask EndWatchAsync()
    {
        if (_watch is not { } watch || _watching is not { } watching)
        {
            return;
        }

        await watching.CancelAsync();
        await watch;
        watching.Dispose();
        (_watch, _watching) = (null, null);
    }

    private void Release()
    {
        _start = _end = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            buffers.Return(buffer);
        }
    }
}

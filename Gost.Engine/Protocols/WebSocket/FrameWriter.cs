using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>
/// Writes frames to <paramref name="inner"/>, which it borrows, one at a time: each write of the stream is a binary message in one write of the inner
/// stream, with the control frames that are due before it. Control frames never wait for the far end to read: the last one of a kind is due until a
/// write takes it along or the way is free. Any thread. <paramref name="masks"/> gives the masks of a client, null = a server, which does not mask.
/// Source: spec/wire/transports.md section 5.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle to release")]
internal sealed class FrameWriter(DuplexStream inner, RandomFill? masks, BufferPool buffers)
{
    /// <summary>The longest message; longer writes become several. With its header and control frames it fits a pooled buffer of 64 KiB.</summary>
    public const int MaxMessage = (64 * 1024) - MaxControlFrames - Frame.MaxHeader;

    private const int MaxControlFrames = 2 * (Frame.MaxHeader + Frame.MaxControlPayload);

    // Holds nothing of the system as long as its wait handle is not asked for, and a timer may still come in after the stream was disposed.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private byte[]? _pong;
    private int _ping;
    private volatile bool _ended;
    private bool _broken;

    /// <summary>The last write of control frames that nobody waits for; never fails.</summary>
    public Task Controls { get; private set; } = Task.CompletedTask;

    private bool HasControls => !_ended && (Volatile.Read(ref _pong) is not null || Volatile.Read(ref _ping) != 0);

    /// <summary>Writes a piece of the stream. Throws what the inner stream throws; it is broken then.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_ended || _broken)
            {
                throw new IOException("the WebSocket takes no more bytes: its writing has ended");
            }

            while (!payload.IsEmpty)
            {
                var count = Math.Min(payload.Length, MaxMessage);
                await SendAsync(Frame.Binary, payload[..count], cancellationToken);
                payload = payload[count..];
            }
        }
        finally
        {
            _turn.Release();
        }

        SendControls();
    }

    /// <summary>Answers a ping as soon as that is possible; a later one replaces it.</summary>
    public void Pong(byte[] payload)
    {
        Interlocked.Exchange(ref _pong, payload);
        SendControls();
    }

    /// <summary>Sends a ping as soon as that is possible.</summary>
    public void Ping()
    {
        Interlocked.Exchange(ref _ping, 1);
        SendControls();
    }

    /// <summary>Ends the writing: with a Close frame of the code, if there is one, then with the end of the inner stream, if asked for. Once.</summary>
    public async ValueTask EndAsync(ushort? code, bool endInner, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_ended || _broken)
            {
                return;
            }

            if (code is { } reason)
            {
                await SendAsync(Frame.Close, Payload(reason), cancellationToken);
            }

            _ended = true;
            if (endInner)
            {
                await inner.CompleteWritesAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Tells the far end of a fault, if the way is free.</summary>
    public void TryEnd(ushort code)
    {
        if (!_turn.Wait(0))
        {
            return;
        }

        Controls = EndHeldAsync(code);
    }

    private async Task EndHeldAsync(ushort code)
    {
        try
        {
            if (!_ended && !_broken)
            {
                await SendAsync(Frame.Close, Payload(code), CancellationToken.None);
                _ended = true;
            }
        }
        catch (Exception)
        {
            // The far end is gone as well: there is nobody to tell.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Who holds the turn looks again when it gives it back, so that nothing that is due is left over.</summary>
    private void SendControls()
    {
        if (HasControls && _turn.Wait(0))
        {
            Controls = SendControlsAsync();
        }
    }

    private async Task SendControlsAsync()
    {
        try
        {
            await SendAsync(opcode: null, default, CancellationToken.None);
        }
        catch (Exception)
        {
            // The inner stream is broken, which the stream's reader and writer see.
        }
        finally
        {
            _turn.Release();
        }

        SendControls();
    }

    /// <summary>Writes what is due and, if there is an opcode, one frame more. The caller has the turn.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(byte? opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var buffer = buffers.Rent(MaxControlFrames + Frame.MaxHeader + payload.Length);
        try
        {
            var size = WriteControls(buffer);
            if (opcode is { } kind)
            {
                size += Frame.Write(buffer.AsSpan(size), kind, payload.Span, Mask());
            }

            if (size == 0 || _broken)
            {
                return;
            }

            // Half a frame may be on its way when a write fails: nothing can follow it.
            _broken = true;
            await inner.WriteAsync(buffer.AsMemory(0, size), cancellationToken);
            _broken = false;
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private int WriteControls(Span<byte> to)
    {
        var size = 0;
        if (Interlocked.Exchange(ref _pong, null) is { } pong)
        {
            size = Frame.Write(to, Frame.Pong, pong, Mask());
        }

        if (Interlocked.Exchange(ref _ping, 0) != 0)
        {
            size += Frame.Write(to[size..], Frame.Ping, [], Mask());
        }

        return size;
    }

    private uint? Mask()
    {
        if (masks is null)
        {
            return null;
        }

        Span<byte> mask = stackalloc byte[Frame.MaskSize];
        masks(mask);
        return MemoryMarshal.Read<uint>(mask);
    }

    private static byte[] Payload(ushort code)
    {
        var payload = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, code);
        return payload;
    }
}

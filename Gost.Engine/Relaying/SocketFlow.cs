using Gost.Engine.Net;
using Gost.Engine.Net.Loops;

namespace Gost.Engine.Relaying;

/// <summary>
/// One direction of a <see cref="SocketPump"/>. Reads into the loop's buffer and writes from there; what the sink does not take waits in a rented buffer, and
/// nothing is read meanwhile. After two large reads in a row bytes go through a pipe instead, until there are few again.
/// </summary>
internal struct SocketFlow(LoopStream from, LoopStream to)
{
    /// <summary>Reads of one turn.</summary>
    private const int ChunksPerTurn = 8;

    /// <summary>A read of that many bytes is a large one.</summary>
    private const int LargeRead = 32 * 1024;

    /// <summary>Fewer spliced bytes than that: copying is cheaper.</summary>
    private const int SmallSplice = 16 * 1024;

    private const byte LargeReadsToSplice = 2;
    private const int NotNow = -LinuxErrors.Again;

    private byte[]? _held;
    private int _heldStart;
    private int _heldEnd;
    private LoopPipe? _pipe;
    private int _inPipe;
    private byte _largeReads;
    private bool _sourceEnded;

    /// <summary>Whether the source may have bytes.</summary>
    public bool IsReadable { get; set; }

    /// <summary>Whether the sink may take bytes.</summary>
    public bool IsWritable { get; set; } = true;

    /// <summary>Whether this direction is over.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether it moves much at a time, and so had better let others go first.</summary>
    public readonly bool IsBulk => _largeReads >= LargeReadsToSplice;

    /// <summary>Where bytes go.</summary>
    public readonly LoopStream To => to;

    /// <summary>Moves bytes for one turn, and says how many were read and written.</summary>
    public SocketStep Move(EventLoop loop, BufferPool buffers, out long read, out long written)
    {
        (read, written) = (0, 0);
        for (var chunk = 0; chunk < ChunksPerTurn; chunk++)
        {
            if (!Flush(buffers, ref written, out var failed))
            {
                return failed ? SocketStep.WriteFailed : SocketStep.Waits;
            }

            if (_sourceEnded)
            {
                return SocketStep.Ended;
            }

            if (!IsReadable)
            {
                GivePipeBack(loop);
                return SocketStep.Waits;
            }

            var step = _largeReads >= LargeReadsToSplice && (_pipe ??= loop.Pipes.TryRent()) is { } pipe
                ? Splice(pipe, ref read)
                : Copy(loop, buffers, ref read, ref written);
            if (step != SocketStep.More)
            {
                if (step == SocketStep.Waits && _inPipe == 0)
                {
                    GivePipeBack(loop);
                }

                return step;
            }
        }

        return SocketStep.More;
    }

    /// <summary>Gives the loop back what is its own; false while bytes are in it.</summary>
    public bool TryLeave(EventLoop loop)
    {
        if (_inPipe > 0)
        {
            return false;
        }

        GivePipeBack(loop);
        return true;
    }

    /// <summary>Lets go of what was read and not passed on.</summary>
    public void Discard(EventLoop loop, BufferPool buffers)
    {
        if (_held is not null)
        {
            buffers.Return(_held);
            _held = null;
        }

        if (_inPipe > 0)
        {
            loop.Pipes.Discard(_pipe!); // bytes are in no other
            (_pipe, _inPipe) = (null, 0);
        }

        GivePipeBack(loop);
    }

    private void GivePipeBack(EventLoop loop)
    {
        if (_pipe is not null)
        {
            loop.Pipes.Return(_pipe);
            _pipe = null;
        }
    }

    /// <summary>Writes what was read before; false when the sink takes no more, or broke.</summary>
    private bool Flush(BufferPool buffers, ref long written, out bool failed)
    {
        failed = false;
        while (_held is not null || _inPipe > 0)
        {
            if (!IsWritable)
            {
                return false;
            }

            var count = _held is not null
                ? LoopIo.Send(to.Handle.Number, _held.AsSpan(_heldStart, _heldEnd - _heldStart))
                : LoopIo.Splice(_pipe!.Output, to.Handle.Number, _inPipe); // bytes are in it
            if (count < 0)
            {
                IsWritable = false;
                failed = count != NotNow;
                return false;
            }

            written += count;
            if (_held is null)
            {
                _inPipe -= count;
            }
            else if ((_heldStart += count) == _heldEnd)
            {
                buffers.Return(_held);
                _held = null;
            }
        }

        return true;
    }

    private SocketStep Splice(LoopPipe pipe, ref long read)
    {
        var count = LoopIo.Splice(from.Handle.Number, pipe.Input, pipe.Size);
        if (count <= 0)
        {
            return Empty(count);
        }

        read += count;
        _inPipe = count;
        if (count < SmallSplice)
        {
            _largeReads = 0;
        }

        return SocketStep.More;
    }

    private SocketStep Copy(EventLoop loop, BufferPool buffers, ref long read, ref long written)
    {
        if (_pipe is not null)
        {
            GivePipeBack(loop);
        }

        var room = loop.Scratch.AsSpan();
        var count = LoopIo.Receive(from.Handle.Number, room, 0);
        if (count <= 0)
        {
            return Empty(count);
        }

        read += count;
        _largeReads = count < LargeRead ? (byte)0 : Math.Min(LargeReadsToSplice, (byte)(_largeReads + 1));
        if (count < room.Length && !from.HasPeerEnded)
        {
            // That was all; what comes next, and the end, is told of by another event.
            IsReadable = false;
        }

        var rest = room[..count];
        while (!rest.IsEmpty)
        {
            var sent = LoopIo.Send(to.Handle.Number, rest);
            if (sent < 0)
            {
                if (sent != NotNow)
                {
                    return SocketStep.WriteFailed;
                }

                IsWritable = false;
                _held = buffers.Rent(rest.Length);
                (_heldStart, _heldEnd) = (0, rest.Length);
                rest.CopyTo(_held);
                return SocketStep.Waits;
            }

            written += sent;
            rest = rest[sent..];
        }

        return SocketStep.More;
    }

    private SocketStep Empty(int count)
    {
        switch (count)
        {
            case 0:
                _sourceEnded = true;
                return SocketStep.More;
            case NotNow:
                IsReadable = false;
                return SocketStep.Waits;
            default:
                return SocketStep.ReadFailed;
        }
    }
}

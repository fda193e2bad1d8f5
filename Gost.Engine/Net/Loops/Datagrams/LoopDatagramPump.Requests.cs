using System.Net.Sockets;

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>From the client to the target.</summary>
internal sealed unsafe partial class LoopDatagramPump
{
    /// <summary>Part of the batch is this session's.</summary>
    public void Stage(int slot)
    {
        var next = _space.NextInbound;
        next[slot] = -1;
        if (_firstStaged < 0)
        {
            _firstStaged = slot;
            _space.Staged.Add(this);
        }
        else
        {
            next[_lastStaged] = slot;
        }

        _lastStaged = slot;
    }

    /// <summary>Sends what was staged to the target, each datagram cut to <paramref name="limit"/> bytes.</summary>
    public void SendStaged(DatagramSlots slots, int limit)
    {
        var slot = _firstStaged;
        _firstStaged = -1;
        if (_state != State.Running)
        {
            return;
        }

        _session.Touch();
        _observer.Carried(StagedBytes(slot, slots, limit), towardsTarget: true);
        var batch = _space.Upstream;
        try
        {
            batch.Begin(_target);
            for (; slot >= 0; slot = _space.NextInbound[slot])
            {
                if (_isBlocked)
                {
                    Keep(slots.Bytes(slot).Span, slots.Size(slot), limit);
                }
                else if (!batch.Add(this, slots.At(slot), slots.Length(slot), slots.Size(slot), limit, default, _joinsToTarget))
                {
                    Block();
                    Keep(slots.Bytes(slot).Span, slots.Size(slot), limit);
                }
            }

            if (!_isBlocked && !batch.Flush())
            {
                Block();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _observer.Broken(e.Message);
            End(DatagramPumpEnd.TargetClosed);
        }
    }

    private long StagedBytes(int slot, DatagramSlots slots, int limit)
    {
        long bytes = 0;
        for (; slot >= 0; slot = _space.NextInbound[slot])
        {
            var (length, size) = (slots.Length(slot), slots.Size(slot));
            bytes += size <= limit ? length : ((long)(length / size) * limit) + Math.Min(length % size, limit);
        }

        return bytes;
    }

    /// <summary>Sends what waited for the pump, or for the system.</summary>
    private void SendQueued()
    {
        var batch = _space.Upstream;
        fixed (byte* bytes = _loop.Scratch)
        {
            while (!_isBlocked && _session.TryCopyQueued(_loop.Scratch, out var length))
            {
                batch.Begin(_target);
                if (batch.Add(this, bytes, length, Math.Max(1, length), int.MaxValue, default, joins: false) && batch.Flush())
                {
                    _session.RemoveQueued();
                    if (_keptCounted > 0)
                    {
                        _keptCounted--;
                    }
                    else
                    {
                        _observer.Carried(length, towardsTarget: true);
                    }
                }
                else
                {
                    // It is still the first of the queue.
                    batch.Begin(_target);
                    Block();
                }
            }
        }
    }

    /// <summary>The system takes no more at the moment: what is left and what comes waits, as much as the session's queue holds.</summary>
    private void Block()
    {
        _isBlocked = true;
        while (_space.Upstream.TryTakeRest(out _, out var datagram))
        {
            Keep(datagram);
        }

        Watch(LoopEvents.Readable | LoopEvents.Writable);
    }

    private void Unblock()
    {
        _isBlocked = false;
        try
        {
            SendQueued();
            if (!_isBlocked && _state == State.Running)
            {
                Watch(LoopEvents.Readable);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _observer.Broken(e.Message);
            End(DatagramPumpEnd.TargetClosed);
        }
    }

    private void Keep(ReadOnlySpan<byte> run, int size, int limit)
    {
        do
        {
            var length = Math.Min(size, run.Length);
            Keep(run[..Math.Min(length, limit)]);
            run = run[length..];
        }
        while (run.Length > 0);
    }

    private void Keep(ReadOnlySpan<byte> datagram)
    {
        // They were counted, and are the first in the queue, which is empty while nothing is blocked.
        if (_session.TryQueue(datagram))
        {
            _keptCounted++;
        }
        else
        {
            CountDropped(DropReason.QueueFull);
        }
    }
}

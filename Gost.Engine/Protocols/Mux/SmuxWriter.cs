using System.Buffers.Binary;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Streams;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// The one writer of a session's transport. Keepalives, SYN and UPD go before data, the streams' data in turns, a frame of each, and as many frames as
/// are there in one write. Whoever has something to send flushes it on its own thread as far as the transport takes it. Source: spec/wire/mux.md
/// sections 3 and 5.
/// </summary>
/// <param name="transport">Where the frames go; borrowed.</param>
/// <param name="options">Version and frame size.</param>
/// <param name="buffers">Where the batch is rented while there is something to send.</param>
/// <param name="owner">Told of what happens.</param>
/// <param name="announcesAtOnce">Whether the announcement goes out by itself, or with the first frame.</param>
internal sealed class SmuxWriter(DuplexStream transport, SmuxOptions options, BufferPool buffers, SmuxSession owner, bool announcesAtOnce)
{
    /// <summary>
    /// Stream id of the NOP that begins each direction and says that this end keeps the directions of a stream apart. No stream has it: ids
    /// begin at 2 and 3.
    /// </summary>
    public const uint AnnouncementId = 1;

    // Several frames of the usual 32 KiB in one write; less where less is there.
    private const int LargestBatch = 128 * 1024;
    private const int SmallestBatch = 512;

    // A writer that is always kept busy gives its thread, which is that of some stream's owner, back this often.
    private const int BatchesPerTurn = 16;

    // Refusals that the peer has not taken yet.
    private const int MaxRefusals = 1024;

    private readonly InlineSignal _signal = new();
    private readonly Queue<SmuxOutgoing> _control = new();
    private readonly Queue<SmuxOutgoing> _data = new();
    private readonly Queue<uint> _refusals = new();
    private bool _announceDue = true;
    private bool _keepAliveDue;
    private bool _idle;
    private bool _closing;

    /// <summary>Guards everything that is to be sent, the state of the streams' writing halves, and which streams there are.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Whether everything that was scheduled is in the transport's hands. Under the gate.</summary>
    public bool IsIdle => _idle;

    private bool HasWork =>
        _keepAliveDue || _refusals.Count > 0 || _control.Count > 0 || _data.Count > 0 || (_announceDue && announcesAtOnce);

    /// <summary>Puts a stream's SYN or UPD in the queue; gives whether to <see cref="Wake"/>. Under the gate.</summary>
    public bool ScheduleControl(SmuxOutgoing outgoing)
    {
        EnqueueControl(outgoing);
        return TakeIdle();
    }

    /// <summary>Puts a stream's data and its end in the queue; gives whether to <see cref="Wake"/>. Under the gate.</summary>
    public bool Schedule(SmuxOutgoing outgoing)
    {
        if (outgoing.OpenDue)
        {
            EnqueueControl(outgoing);
        }

        if (!outgoing.InData)
        {
            outgoing.InData = true;
            _data.Enqueue(outgoing);
        }

        return TakeIdle();
    }

    /// <summary>A stream that is not taken is ended at once. Throws <see cref="SmuxProtocolException"/> when the peer does not take the refusals.</summary>
    public void Refuse(uint id)
    {
        bool wake;
        lock (Gate)
        {
            if (_refusals.Count >= MaxRefusals)
            {
                throw new SmuxProtocolException("the far end floods this one with streams that are refused");
            }

            _refusals.Enqueue(id);
            wake = TakeIdle();
        }

        if (wake)
        {
            Wake();
        }
    }

    /// <summary>Sends a NOP, unless one waits already.</summary>
    public void KeepAlive()
    {
        bool wake;
        lock (Gate)
        {
            _keepAliveDue = true;
            wake = TakeIdle();
        }

        if (wake)
        {
            Wake();
        }
    }

    /// <summary>Runs the writing on this thread until it waits for something; after a call that said so, outside of the gate.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Ends <see cref="RunAsync"/> when what is scheduled was sent.</summary>
    public void Close()
    {
        bool wake;
        lock (Gate)
        {
            _closing = true;
            wake = TakeIdle();
        }

        if (wake)
        {
            Wake();
        }
    }

    /// <summary>Writes until closed, or until the transport fails, which the owner is told.</summary>
    public async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        byte[]? batch = null;
        var turns = 0;
        try
        {
            while (true)
            {
                ValueTask woken = default;
                bool waits;
                var size = 0;
                lock (Gate)
                {
                    _idle = waits = !HasWork;
                    if (waits && _closing)
                    {
                        // Nobody is left to be woken.
                        _idle = false;
                        return;
                    }

                    if (!waits)
                    {
                        size = Needed();
                    }
                    else
                    {
                        // Within the gate: whoever finds the writer idle sets this signal.
                        woken = _signal.Prepare();
                    }
                }

                if (!waits)
                {
                    if (batch is not null && batch.Length < size)
                    {
                        buffers.Return(batch);
                        batch = null;
                    }

                    batch ??= buffers.Rent(size);
                    var count = Fill(batch);
                    if (count > 0)
                    {
                        await transport.WriteAsync(batch.AsMemory(0, count));
                    }

                    if (++turns % BatchesPerTurn == 0)
                    {
                        await Task.Yield();
                    }

                    continue;
                }

                if (batch is not null)
                {
                    buffers.Return(batch);
                    batch = null;
                }

                owner.OnWriterIdle();
                await woken;
            }
        }
        catch (Exception e)
        {
            owner.OnTransportFailed(e);
        }
        finally
        {
            if (batch is not null)
            {
                buffers.Return(batch);
            }
        }
    }

    private void EnqueueControl(SmuxOutgoing outgoing)
    {
        if (!outgoing.InControl)
        {
            outgoing.InControl = true;
            _control.Enqueue(outgoing);
        }
    }

    /// <summary>Whoever gets true has to wake the writer.</summary>
    private bool TakeIdle()
    {
        var idle = _idle;
        _idle = false;
        return idle;
    }

    /// <summary>Room for what is scheduled; at least for the largest frame that is, so that each batch takes something.</summary>
    private int Needed()
    {
        var size = SmallestBatch + ((_refusals.Count + _control.Count) * ((2 * SmuxHeader.Size) + SmuxHeader.UpdateSize));
        foreach (var outgoing in _data)
        {
            if (size >= LargestBatch)
            {
                break;
            }

            size += outgoing.Sendable(options.MaxFrameSize, owner.IsFlowControlled) + (3 * SmuxHeader.Size);
        }

        return Math.Min(size, LargestBatch);
    }

    private int Fill(byte[] batch)
    {
        lock (Gate)
        {
            var count = FillControl(batch);
            return FillData(batch, count);
        }
    }

    private int FillControl(byte[] batch)
    {
        var count = 0;
        if (_announceDue)
        {
            _announceDue = false;
            count += Frame(batch, count, SmuxCommand.Nop, AnnouncementId);
        }

        if (_keepAliveDue)
        {
            _keepAliveDue = false;
            count += Frame(batch, count, SmuxCommand.Nop, 0);
        }

        while (count + (2 * SmuxHeader.Size) <= batch.Length && _refusals.TryDequeue(out var id))
        {
            count += Frame(batch, count, SmuxCommand.Fin, id);
            if (owner.PeerKeepsDirections)
            {
                count += Frame(batch, count, SmuxCommand.Nop, id);
            }
        }

        while (count + (2 * SmuxHeader.Size) + SmuxHeader.UpdateSize <= batch.Length && _control.TryDequeue(out var outgoing))
        {
            outgoing.InControl = false;
            if (outgoing.OpenDue)
            {
                outgoing.OpenDue = false;
                count += Frame(batch, count, SmuxCommand.Syn, outgoing.Id);
            }

            if (outgoing.UpdateDue)
            {
                outgoing.UpdateDue = false;
                count += Update(batch, count, outgoing);
            }
        }

        return count;
    }

    private int FillData(byte[] batch, int count)
    {
        // A SYN that found no room goes before its data.
        while (_control.Count == 0 && _data.TryPeek(out var outgoing))
        {
            // Room for the frames that may end the stream as well.
            var room = batch.Length - count - (3 * SmuxHeader.Size);
            var length = outgoing.Sendable(options.MaxFrameSize, owner.IsFlowControlled);
            if (room < length)
            {
                break;
            }

            _data.Dequeue();
            outgoing.InData = false;
            if (length > 0)
            {
                count += Frame(batch, count, SmuxCommand.Psh, outgoing.Id, length);
                outgoing.Take(batch.AsSpan(count, length));
                count += length;
            }

            if (!outgoing.HasData)
            {
                count += End(batch, count, outgoing);
            }
            else if (outgoing.Sendable(1, owner.IsFlowControlled) > 0)
            {
                Schedule(outgoing);
            }
        }

        return count;
    }

    private int End(byte[] batch, int count, SmuxOutgoing outgoing)
    {
        var start = count;
        if (outgoing.ResetDue && outgoing.ResetFirst)
        {
            outgoing.ResetDue = false;
            count += Frame(batch, count, SmuxCommand.Nop, outgoing.Id);
        }

        if (outgoing.EndDue)
        {
            (outgoing.EndDue, outgoing.EndSent) = (false, true);
            count += Frame(batch, count, SmuxCommand.Fin, outgoing.Id);
        }

        if (outgoing.ResetDue)
        {
            outgoing.ResetDue = false;
            count += Frame(batch, count, SmuxCommand.Nop, outgoing.Id);
        }

        owner.RemoveIfOver(outgoing);
        return count - start;
    }

    private int Frame(byte[] batch, int at, SmuxCommand command, uint id, int length = 0) =>
        new SmuxHeader((byte)options.Version, command, length, id).Write(batch.AsSpan(at));

    private int Update(byte[] batch, int at, SmuxOutgoing outgoing)
    {
        var count = Frame(batch, at, SmuxCommand.Upd, outgoing.Id, SmuxHeader.UpdateSize);
        BinaryPrimitives.WriteUInt32LittleEndian(batch.AsSpan(at + count), outgoing.ReadCount);
        BinaryPrimitives.WriteUInt32LittleEndian(batch.AsSpan(at + count + sizeof(uint)), outgoing.ReadWindow);
        return count + SmuxHeader.UpdateSize;
    }
}

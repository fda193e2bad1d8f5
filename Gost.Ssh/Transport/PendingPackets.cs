using System.Diagnostics.CodeAnalysis;

namespace Gost.Ssh.Transport;

/// <summary>The packets that cannot leave yet, in order. The writer's lock guards it.</summary>
internal sealed class PendingPackets
{
    // Up to here a packet is copied, and its sender goes on.
    private const int SmallPacket = 1024;
    private const int MostKept = 256 * 1024;
    private const int MostReused = 64;

    private readonly Queue<PendingPacket> _queue = new();
    private readonly Stack<PendingPacket> _unused = new();
    private int _kept;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _queue.Count == 0;

    /// <summary>Adds a packet: a copy of a small one while there are not too many, else one whose sender waits.</summary>
    public PendingPacket Add(PacketWriter writer, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        var packet = _unused.TryPop(out var unused) ? unused : new PendingPacket(writer);
        var size = head.Length + body.Length;
        if (size <= SmallPacket && _kept + size <= MostKept)
        {
            packet.Copy(head, body);
            _kept += size;
        }
        else
        {
            packet.Borrow(head, body);
        }

        packet.IsQueued = true;
        _queue.Enqueue(packet);
        return packet;
    }

    /// <summary>The first one; nobody waits for it any more when it is neither a copy nor waiting.</summary>
    public bool TryPeek([NotNullWhen(true)] out PendingPacket? packet) => _queue.TryPeek(out packet);

    /// <summary>Removes the first one: its sender goes on, with a failure if there is one.</summary>
    public void Remove(Exception? failure)
    {
        var packet = _queue.Dequeue();
        packet.IsQueued = false;
        if (packet.IsCopy)
        {
            _kept -= packet.Size;
            packet.Release();
            Reuse(packet);
        }
        else if (packet.IsWaiting)
        {
            packet.Complete(failure);
        }
    }

    /// <summary>Takes back a packet that nobody waits for, unless it is in the queue still.</summary>
    public void Reuse(PendingPacket packet)
    {
        if (!packet.IsQueued && _unused.Count < MostReused)
        {
            _unused.Push(packet);
        }
    }
}

namespace Gost.Engine.Net;

/// <summary>A session whose datagrams a pump takes in place of a receiver.</summary>
internal sealed partial class UdpSession
{
    /// <summary>
    /// From now on a pump takes the datagrams, those that wait first (<see cref="TryCopyQueued"/>), and is told of the end; false when the session is closed or
    /// somebody receives already. Any thread.
    /// </summary>
    public bool TryJoin(IDatagramPump pump)
    {
        SettlePending();
        lock (_gate)
        {
            if (_closed || _waiting || _abandonedWait is not null || _pump is not null)
            {
                return false;
            }

            Volatile.Write(ref _pump, pump);
            return true;
        }
    }

    /// <summary>Copies the oldest datagram that waits for the pump, cut to the buffer; false = none waits. For the pump.</summary>
    public bool TryCopyQueued(Span<byte> buffer, out int length)
    {
        lock (_gate)
        {
            length = _queue.Count > 0 ? _queue.Peek(buffer) : 0;
            return _queue.Count > 0;
        }
    }

    /// <summary>Forgets the oldest one. For the pump.</summary>
    public void RemoveQueued()
    {
        lock (_gate)
        {
            if (_queue.Count > 0)
            {
                _queue.Dequeue([]);
            }
        }
    }

    /// <summary>Keeps a datagram that the pump cannot send yet; false when the queue is full or the session closed. For the pump.</summary>
    public bool TryQueue(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            return !_closed && _queue.TryEnqueue(datagram);
        }
    }
}

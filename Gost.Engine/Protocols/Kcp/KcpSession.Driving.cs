using Gost.Engine.Protocols.Kcp.Arq;

namespace Gost.Engine.Protocols.Kcp;

/// <content>What drives a session: datagrams, the timer, room to send.</content>
internal sealed partial class KcpSession
{
    /// <summary>
    /// The segments of a datagram that begins another conversation from the same address, since <see cref="Receive"/> was called; null = there was none.
    /// </summary>
    public byte[]? Successor { get; private set; }

    /// <summary>
    /// Takes a datagram of the peer, which is changed. <see cref="EndBurst"/> must follow, after as many of these calls as there are datagrams. False: it
    /// is none of this session. One caller at a time.
    /// </summary>
    public bool Receive(Span<byte> datagram)
    {
        lock (_openGate)
        {
            return !_isOver && _codec.Open(datagram, this);
        }
    }

    /// <inheritdoc/>
    public void OnSegments(ReadOnlySpan<byte> segments)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            var now = _clock.Now;
            if (!_arq.Input(segments, now))
            {
                if (Beginning.TryRead(segments, out var other) && other != Conversation)
                {
                    Successor = segments.ToArray();
                }

                return;
            }

            (_lastReceived, _hasReceived) = (now, true);
            _refusals = 0;
            if (!_wasHeard && _arq.IsHeard)
            {
                Volatile.Write(ref _wasHeard, true);
            }
        }
    }

    /// <summary>Everything that follows from what was received: readers and writers go on, acknowledgements and what the window lets go are sent.</summary>
    public void EndBurst()
    {
        Wakes wakes = default;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            if (!TakeReader(ref wakes) || (_arq.AcksDue > AcknowledgeFirst && _arq.IsWide))
            {
                Settle(ref wakes);
            }
        }

        Run(wakes);
        if (!wakes.Settled)
        {
            // What was read has been answered by now, perhaps: the acknowledgement has gone with the answer then.
            wakes = default;
            lock (_gate)
            {
                Settle(ref wakes);
            }

            Run(wakes);
        }
    }

    /// <summary>The host of the peer says that nobody listens there.</summary>
    public void OnRefused()
    {
        Exception? fault;
        lock (_gate)
        {
            fault = CountRefusal();
        }

        if (fault is not null)
        {
            End(fault);
        }
    }

    /// <summary>Writes what waits for room, flushes, and finds out whether everything is done. Under the gate.</summary>
    private void Settle(ref Wakes wakes)
    {
        if (_isOver)
        {
            return;
        }

        if (_writer.IsWaiting)
        {
            _writeRest = _writeRest[_arq.Write(_writeRest.Span)..];
            if (_writeRest.IsEmpty)
            {
                wakes.Writes = _writer.TryTake();
            }
        }

        Flush(ref wakes);
        if (_drain.IsWaiting && _arq.IsDrained && !_writer.IsWaiting)
        {
            wakes.Drains = _drain.TryTake();
            _isFinished = true;
            if (_reader.TryTake())
            {
                (wakes.Reads, wakes.Read) = (true, 0);
            }
        }
    }

    /// <summary>Under the gate.</summary>
    private void Flush(ref Wakes wakes)
    {
        wakes.Settled = true;
        if (_isBlocked || wakes.Fault is not null)
        {
            return;
        }

        var waited = _arq.IsUnacknowledged;
        var now = _clock.Now;
        bool isDone;
        do
        {
            isDone = _arq.Flush(now, _codec, _batch);
            if (_batch.Count > 0 && !Send(ref wakes))
            {
                break;
            }
        }
        while (!isDone);

        if (!waited && _arq.IsUnacknowledged)
        {
            _waitsSince = now;
        }

        Arm(now);
    }

    /// <summary>False: the system takes no more at the moment, or the way is closed. Under the gate.</summary>
    private bool Send(ref Wakes wakes)
    {
        ValueTask<bool> sent;
        try
        {
            sent = _output.SendAsync(_batch);
            if (!sent.IsCompleted)
            {
                _isBlocked = true;
                _unblocking = UnblockAsync(sent);
                return false;
            }

            if (!sent.GetAwaiter().GetResult())
            {
                wakes.Fault = CountRefusal();
            }
        }
        catch (Exception e)
        {
            wakes.Fault = e;
        }

        _batch.Clear();
        return wakes.Fault is null;
    }

    private async Task UnblockAsync(ValueTask<bool> sending)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Wakes wakes = default;
        var refused = false;
        try
        {
            refused = !await sending;
        }
        catch (Exception e)
        {
            wakes.Fault = e;
        }

        lock (_gate)
        {
            _isBlocked = false;
            _batch.Clear();
            if (refused)
            {
                wakes.Fault = CountRefusal();
            }

            if (!_isOver)
            {
                Settle(ref wakes);
            }
        }

        Run(wakes);
    }

    /// <summary>Gives what is there to a waiting read. Under the gate.</summary>
    private bool TakeReader(ref Wakes wakes)
    {
        if (!_reader.IsWaiting || !_arq.HasData)
        {
            return false;
        }

        (wakes.Reads, wakes.Read) = (_reader.TryTake(), _arq.Read(_readBuffer.Span));
        _readBuffer = default;
        return true;
    }

    /// <summary>Whatever waited goes on. Outside of the gate.</summary>
    private void Run(in Wakes wakes)
    {
        if (wakes.Reads)
        {
            _reader.SetResult(wakes.Read);
        }

        if (wakes.Writes)
        {
            _writer.SetResult(0);
        }

        if (wakes.Drains)
        {
            _drain.SetResult(0);
        }

        if (wakes.Fault is not null)
        {
            End(wakes.Fault);
        }
    }

    /// <summary>What is to be completed outside of the gate.</summary>
    private struct Wakes
    {
        public bool Reads;
        public int Read;
        public bool Writes;
        public bool Drains;
        public bool Settled;
        public Exception? Fault;
    }
}

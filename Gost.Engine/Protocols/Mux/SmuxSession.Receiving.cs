namespace Gost.Engine.Protocols.Mux;

/// <content>What comes in.</content>
internal sealed partial class SmuxSession : ISmuxFrames
{
    private const int ReceiveBufferSize = 64 * 1024;

    // A session that always finds bytes gives its thread back this often.
    private const int ReadsPerTurn = 16;

    /// <inheritdoc/>
    void ISmuxFrames.OnOpen(uint id)
    {
        var isOurs = (id & 1) == (_isClient ? 1u : 0u);
        if (isOurs || id == 0)
        {
            throw new SmuxProtocolException($"the far end opened stream {id}, which is not one of its numbers");
        }

        SmuxStream? stream = null;
        lock (Writer.Gate)
        {
            if (_ended || _streams.ContainsKey(id))
            {
                return;
            }

            if (_accepts && !_closesWhenIdle && _count < MaxStreams)
            {
                stream = Add(id, openDue: false);
            }
        }

        if (stream is null)
        {
            Writer.Refuse(id);
        }
        else if (!_accepted.Writer.TryWrite(stream))
        {
            // Nobody takes streams as fast as they come: this one is closed, the others are not affected.
            stream.Dispose();
        }
    }

    /// <inheritdoc/>
    void ISmuxFrames.OnData(uint id, ReadOnlySpan<byte> bytes)
    {
        if (_streams.TryGetValue(id, out var stream))
        {
            stream.OnData(bytes);
        }
    }

    /// <inheritdoc/>
    void ISmuxFrames.OnEnd(uint id)
    {
        if (_streams.TryGetValue(id, out var stream))
        {
            stream.OnPeerEnded();
            OnStreamEnded();
        }
    }

    /// <inheritdoc/>
    void ISmuxFrames.OnKeepAlive(uint id, bool isFirst)
    {
        if (id == 0)
        {
            return;
        }

        if (isFirst)
        {
            _peerKeepsDirections = true;
            Budget.Limit = (long)_options.MaxReceiveBuffer * WindowedShare;
            foreach (var (_, stream) in _streams)
            {
                stream.ReleaseEnd();
            }
        }
        else if (_peerKeepsDirections && _streams.TryGetValue(id, out var stream))
        {
            stream.OnPeerReset();
            OnStreamEnded();
        }
    }

    /// <inheritdoc/>
    void ISmuxFrames.OnUpdate(uint id, uint consumed, uint window)
    {
        if (!IsFlowControlled)
        {
            throw new SmuxProtocolException("the far end sent UPD, which smux version 1 does not have");
        }

        if (!_streams.TryGetValue(id, out var stream))
        {
            return;
        }

        bool wake;
        lock (Writer.Gate)
        {
            wake = stream.Outgoing.Acknowledge(consumed, window);
        }

        if (wake)
        {
            Writer.Wake();
        }
    }

    private void OnStreamEnded()
    {
        if (_closesWhenIdle)
        {
            EndIfIdle();
        }
    }

    private async Task ReceiveAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        SmuxDecoder decoder = new(_options.Version, this);
        byte[]? buffer = null;
        var turns = 0;
        try
        {
            while (true)
            {
                if (Budget.IsExceeded && !_ended)
                {
                    await WaitForRoomAsync();
                }

                if (buffer is null)
                {
                    _ = await _transport.ReadAsync(Memory<byte>.Empty);
                    buffer = _engine.Buffers.Rent(ReceiveBufferSize);
                }

                var count = await _transport.ReadAsync(buffer);
                if (count == 0)
                {
                    break;
                }

                LastReceived = _engine.Time.GetTimestamp();
                decoder.Decode(buffer.AsSpan(0, count));
                _peerSpoke = true;
                if (count < buffer.Length)
                {
                    _engine.Buffers.Return(buffer);
                    buffer = null;
                }
                else if (++turns % ReadsPerTurn == 0)
                {
                    await Task.Yield();
                }
            }

            End(StreamCount == 0 ? null : new IOException("the far end closed the multiplexed session"));
        }
        catch (Exception e)
        {
            End(e);
        }
        finally
        {
            if (buffer is not null)
            {
                _engine.Buffers.Return(buffer);
            }
        }
    }

    /// <summary>
    /// Reading has stopped because too much waits. It goes on when some of it is taken; when nobody takes any for long, the stream that holds most is cut,
    /// unless it is alone and keeps nobody waiting.
    /// </summary>
    private async Task WaitForRoomAsync()
    {
        while (Budget.IsExceeded && !_ended)
        {
            try
            {
                await Budget.WaitForRoomAsync().WaitAsync(_options.KeepAliveTimeout, _engine.Time);
            }
            catch (TimeoutException)
            {
                CutLargest();
            }
        }

        // The peer's frames waited for us: that was no silence of its own.
        LastReceived = _engine.Time.GetTimestamp();
    }

    private void CutLargest()
    {
        if (StreamCount > 1 && _streams.Values.MaxBy(static x => x.Incoming.Unread) is { } largest)
        {
            largest.Abort(new IOException("nobody read what came in, which stopped the other streams of the session"));
        }
    }

    private void OnKeepAliveDue()
    {
        if (!Budget.IsBlocked && _engine.Time.GetElapsedTime(LastReceived) >= _options.KeepAliveTimeout)
        {
            End(new IOException($"the far end of the multiplexed session was silent for {_options.KeepAliveTimeout.TotalSeconds:0.###} s"));
        }
        else
        {
            Writer.KeepAlive();
        }
    }
}

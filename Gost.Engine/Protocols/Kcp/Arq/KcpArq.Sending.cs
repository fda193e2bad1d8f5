namespace Gost.Engine.Protocols.Kcp.Arq;

/// <content>What is sent, in this order, and what is sent again.</content>
internal sealed partial class KcpArq
{
    private bool FlushAcks(SegmentHeader header, ref PacketBuilder packets, PacketBatch batch)
    {
        _acks.Reduce(_receives.Next);
        var sent = 0;
        foreach (var (number, timestamp) in _acks.Items)
        {
            if (packets.BeginsAnother(0) && batch.IsFull)
            {
                _acks.RemoveFirst(sent);
                return false;
            }

            packets.Add(header with { Number = number, Timestamp = timestamp }, default);
            sent++;
        }

        _acks.RemoveFirst(sent);
        return true;
    }

    private bool FlushProbes(uint now, SegmentHeader header, ref PacketBuilder packets)
    {
        if (_remoteWindow > 0 || _sends.Waiting == 0)
        {
            _probe.Stop();
        }
        else
        {
            _askDue |= _probe.IsDue(now);
        }

        if (_askDue)
        {
            packets.Add(header with { Command = SegmentCommand.WindowAsk }, default);
        }

        if (_tellDue)
        {
            packets.Add(header with { Command = SegmentCommand.WindowTell }, default);
        }

        (_askDue, _tellDue) = (false, false);
        return true;
    }

    private bool FlushData(uint now, SegmentHeader header, ref PacketBuilder packets, PacketBatch batch)
    {
        header = header with { Command = SegmentCommand.Push, Timestamp = now };
        if ((_hasOvertaken || (_timesOut && (int)(now - _nextTimeOut) >= 0)) && !Repeat(now, header, ref packets, batch))
        {
            return false;
        }

        var window = Math.Min(Math.Min(_options.SendWindow, _remoteWindow), _congestion.Size);
        while (_sends.Waiting > 0 && _sends.UnderWay < window)
        {
            ref var segment = ref _sends[_sends.Next];
            if (packets.BeginsAnother(segment.Length) && batch.IsFull)
            {
                return false;
            }

            segment.TimeOut = _roundTrip.TimeOut;
            Send(ref segment, _sends.Next, now, now + (uint)(segment.TimeOut + (_options.NoDelay ? 0 : segment.TimeOut / 8)), header, ref packets);
            _sends.Advance();
        }

        return true;
    }

    /// <summary>Sends again what was lost, and finds out when the next segment times out.</summary>
    private bool Repeat(uint now, SegmentHeader header, ref PacketBuilder packets, PacketBatch batch)
    {
        (_timesOut, _hasOvertaken) = (false, false);
        var underWay = _sends.UnderWay;
        for (var number = _sends.First; number != _sends.Next; number++)
        {
            ref var segment = ref _sends[number];
            if (segment.IsTaken)
            {
                continue;
            }

            var timedOut = (int)(now - segment.ResendAt) >= 0;
            var lostAt = segment.Timestamp + (uint)(_roundTrip.Smoothed + (_reordering / ReorderingUnit));
            var isOvertaken = segment.Overtaken >= _resend;
            if (timedOut || (isOvertaken && (_reordering < ReorderingUnit || (int)(now - lostAt) >= 0)))
            {
                if (packets.BeginsAnother(segment.Length) && batch.IsFull)
                {
                    // The rest is looked at by the next call.
                    Schedule(now);
                    return false;
                }

                if (timedOut)
                {
                    segment.TimeOut = Math.Min(RoundTrip.Longest, segment.TimeOut + (_options.NoDelay ? segment.TimeOut / 2 : segment.TimeOut));
                    _congestion.OnTimeOut(underWay, _sends.Next);
                }
                else
                {
                    segment.TimeOut = _roundTrip.TimeOut;
                    _congestion.OnLoss(underWay, _sends.Next);
                }

                Resent++;
                Send(ref segment, number, now, now + (uint)segment.TimeOut, header, ref packets);
            }
            else
            {
                Schedule(isOvertaken && (int)(lostAt - segment.ResendAt) < 0 ? lostAt : segment.ResendAt);
            }
        }

        return true;
    }

    private void Send(ref OutgoingSegment segment, uint number, uint now, uint resendAt, SegmentHeader header, ref PacketBuilder packets)
    {
        segment.Transmissions++;
        segment.Overtaken = 0;
        segment.Timestamp = now;
        segment.Order = ++_order;
        segment.ResendAt = resendAt;
        Schedule(resendAt);
        packets.Add(header with { Number = number, Length = (uint)segment.Length }, _sends.Bytes(number));
    }

    private void Schedule(uint at)
    {
        if (!_timesOut || (int)(at - _nextTimeOut) < 0)
        {
            (_timesOut, _nextTimeOut) = (true, at);
        }
    }
}

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>From the target to the client.</summary>
internal sealed unsafe partial class LoopDatagramPump
{
    private void ReceiveReplies(bool untilEmpty)
    {
        if (_state != State.Running)
        {
            return;
        }

        try
        {
            for (var left = RepliesPerTurn; left > 0 && _state == State.Running && Volatile.Read(ref _clientClosed) == 0;)
            {
                var wanted = _wanted;
                var first = _space.ReserveReplies(_port, wanted);
                var count = _space.Replies.Receive(_target, first, wanted);
                if (count == -LinuxErrors.Again)
                {
                    return;
                }

                left -= Math.Max(1, count);
                if (count < 0)
                {
                    Fault(LinuxErrors.ToSocketError(-count));
                    continue;
                }

                Reply(first, count);
                if (count == wanted)
                {
                    ExpectMany();
                }
                else if (!untilEmpty)
                {
                    return;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            End(DatagramPumpEnd.TargetClosed);
            return;
        }

        if (_state == State.Running && Volatile.Read(ref _clientClosed) == 0)
        {
            _repliesLeft = true;
            _loop.DoAgain(this);
        }
    }

    private void Reply(int first, int count)
    {
        _session.Touch();
        var (slots, batch) = (_space.Replies, _space.Downstream);
        if (!_session.KeepAlive)
        {
            var length = Math.Min(slots.Size(first), slots.Length(first));
            _observer.Carried(length, towardsTarget: false);
            batch.Add(this, slots.At(first), length, Math.Max(1, length), int.MaxValue, _client.Span, joins: false);
            _space.UseReplies(1);

            // After the end of the turn was asked for: the reply goes out first.
            _session.Close();
            return;
        }

        long bytes = 0;
        for (var i = first; i < first + count; i++)
        {
            bytes += slots.Length(i);
            if (!batch.Add(this, slots.At(i), slots.Length(i), slots.Size(i), int.MaxValue, _client.Span, _joinsToClient))
            {
                CountDropped(DropReason.SystemBusy);
            }
        }

        _observer.Carried(bytes, towardsTarget: false);
        _space.UseReplies(count);
    }

    private void ExpectMany()
    {
        if (_wanted == FewReplies)
        {
            // Not before it pays: a session of one question and one answer costs no more calls than it must.
            _wanted = ManyReplies;
            LoopDatagramSocket.ReceiveInRuns(_channel.Socket);
        }
    }
}

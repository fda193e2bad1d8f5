namespace Gost.Engine.Protocols.Kcp;

/// <content>When a session does something by itself, and when its peer is gone.</content>
internal sealed partial class KcpSession
{
    private void OnTimer()
    {
        Wakes wakes = default;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isArmed = false;
            var now = _clock.Now;
            if (_arq.IsUnacknowledged && Elapsed(now, Later(_lastReceived, _waitsSince)) >= DeadAfter)
            {
                wakes.Fault = new IOException($"the far end has acknowledged nothing for {DeadAfter.TotalSeconds:0} s");
            }
            else if (Elapsed(now, _lastReceived) >= IdleLimit)
            {
                wakes.Fault = new IOException($"the far end was silent for {IdleLimit.TotalMinutes:0} minutes");
            }
            else
            {
                Settle(ref wakes);
            }
        }

        Run(wakes);
    }

    private IOException? CountRefusal() => !_hasReceived || ++_refusals >= MaxRefusals
        ? new IOException($"nobody listens at udp {RemoteEndPoint}")
        : null;

    /// <summary>The timer is armed for the earliest of what may be due; when it is armed for earlier already it stays. Under the gate.</summary>
    private void Arm(uint now)
    {
        var due = _lastReceived + (uint)IdleLimit.TotalMilliseconds;
        if (_arq.IsUnacknowledged)
        {
            due = Earlier(due, Later(_lastReceived, _waitsSince) + (uint)DeadAfter.TotalMilliseconds);
        }

        if (_arq.DueAt() is { } at)
        {
            due = Earlier(due, at);
        }

        if (!_isArmed || (int)(due - _armedFor) < 0)
        {
            (_isArmed, _armedFor) = (true, due);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, (int)(due - now))), Timeout.InfiniteTimeSpan);
        }
    }

    private static uint Earlier(uint left, uint right) => (int)(left - right) < 0 ? left : right;

    private static uint Later(uint left, uint right) => (int)(left - right) < 0 ? right : left;

    private static TimeSpan Elapsed(uint now, uint since) => TimeSpan.FromMilliseconds((int)(now - since));
}

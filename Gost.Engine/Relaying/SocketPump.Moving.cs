using System.Net.Sockets;

namespace Gost.Engine.Relaying;

/// <summary>
/// How a relay changes to another loop, with both streams: the loop that it leaves posts it to the other, whose thread then takes the streams over. Events that
/// either tells meanwhile are told anew by the second, as they are there.
/// </summary>
internal sealed partial class SocketPump
{
    private const int Streams = 2;

    private BulkGauge _gauge;
    private bool _isMoving;

    /// <summary>Whether it has left the loop, because it moves much, or little again.</summary>
    private bool TryMove(long moved)
    {
        if (!_gauge.Note(moved, _loop.IsBulk))
        {
            return false;
        }

        // Pipes stay with their loop; one with bytes in it goes nowhere.
        if (_loop.Group is not { } loops || !_input.TryLeave(_loop) || !_output.TryLeave(_loop))
        {
            return false;
        }

        _gauge.Reset();
        if (loops.TryPick(isBulk: !_loop.IsBulk) is not { } to)
        {
            return false;
        }

        _loop.Timers.Remove(this);
        (_isQueued, _isMoving) = (true, true);
        _loop = to;
        to.AddLoad(Streams); // from now on, so that the next one that moves sees it
        to.Post(this);
        return true;
    }

    private void Arrive()
    {
        _loop.AddLoad(-Streams);
        _isMoving = false;
        if (_aborted)
        {
            Cut(RelayOutcome.Aborted);
            return;
        }

        try
        {
            _client.GiveTo(this, _loop);
            _target.GiveTo(this, _loop);
        }
        catch (SocketException)
        {
            // No room for one more watched descriptor.
            Cut(RelayOutcome.Aborted);
            return;
        }

        SetTimer();
        Advance();
    }
}

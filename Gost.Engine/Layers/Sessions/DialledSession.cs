using Gost.Engine.Abstractions;

namespace Gost.Engine.Layers.Sessions;

/// <summary>A dialled session and when it was last used. Thread-safe.</summary>
internal sealed class DialledSession(IStreamSession session, TimeProvider time)
{
    private long _lastUsed = time.GetTimestamp();

    /// <summary>Whether a stream may be opened.</summary>
    public bool CanOpen => session.CanOpen;

    /// <summary>How long there have been no streams; zero while there are. Asked from time to time, which is how exact it is.</summary>
    public TimeSpan IdleFor
    {
        get
        {
            if (session.StreamCount > 0)
            {
                Volatile.Write(ref _lastUsed, time.GetTimestamp());
            }

            return time.GetElapsedTime(Volatile.Read(ref _lastUsed));
        }
    }

    /// <summary>Opens a stream. Throws <see cref="FlowException"/> when the session has ended.</summary>
    public ValueTask<DuplexStream> OpenAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _lastUsed, time.GetTimestamp());
        return session.OpenStreamAsync(cancellationToken);
    }

    /// <summary>Takes no more streams; ends with the last one.</summary>
    public void CloseWhenIdle() => session.CloseWhenIdle();
}

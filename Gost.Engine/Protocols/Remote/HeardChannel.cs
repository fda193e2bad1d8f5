using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Remote;

/// <summary>Notes when something was last received from a channel, which it owns.</summary>
internal sealed class HeardChannel(IDatagramChannel inner, TimeProvider time) : IDatagramChannel
{
    private long _heard = time.GetTimestamp();

    /// <summary>How long nothing was received. Any thread.</summary>
    public TimeSpan SilentFor => time.GetElapsedTime(Volatile.Read(ref _heard));

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => inner.WaitToReceiveAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Called once a datagram waits: see WaitToReceiveAsync.
        Volatile.Write(ref _heard, time.GetTimestamp());
        return inner.ReceiveAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken) => inner.SendAsync(payload, to, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

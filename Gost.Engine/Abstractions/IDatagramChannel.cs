namespace Gost.Engine.Abstractions;

/// <summary>A flow of datagrams: a UDP session, an upstream socket, or datagrams framed in a stream.</summary>
/// <remarks>One receiver and one sender at a time. Disposing ends pending calls and is idempotent. An empty datagram is data, not the end.</remarks>
public interface IDatagramChannel : IAsyncDisposable
{
    /// <summary>
    /// Completes when a receive would not wait, so that an idle channel holds no buffer; false = closed. A channel that cannot tell
    /// completes at once with true.
    /// </summary>
    ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => new(true);

    /// <summary>Waits for the next datagram and copies it into <paramref name="buffer"/>, cut to its length; null = closed.</summary>
    ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends one datagram; <paramref name="to"/> null = the channel's own peer.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken);
}

/// <summary>One received datagram: bytes written to the buffer, and who sent it where the channel has several peers.</summary>
public readonly record struct Datagram(int Length, Target? From);

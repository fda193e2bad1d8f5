namespace Gost.Engine.Protocols.Quic;

/// <summary>
/// A stream of a QUIC connection. One reader and one writer at a time; what fails throws <see cref="IOException"/>. Disposing ends the writing direction if
/// that is not done, asks the far end to send no more, and completes when all of it is acknowledged.
/// </summary>
internal interface IQuicChannel : IAsyncDisposable
{
    /// <summary>Reads; 0 = the far end has ended its direction. With an empty buffer it waits for data.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends FIN behind what was written. Idempotent; does nothing when the stream is broken.</summary>
    void CompleteWrites();

    /// <summary>Resets both directions. Idempotent, any thread.</summary>
    void Abort();
}

using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Quic;

namespace Gost.Tests.Protocols.Quic;

/// <summary>One end of a stream in memory; <c>announce</c> shows it to the far end.</summary>
internal sealed class FakeQuicChannel(DuplexStream stream, Action announce, Action release) : IQuicChannel
{
    private int _announced;
    private int _disposed;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        Announce();
        return stream.WriteAsync(buffer, cancellationToken);
    }

    public void CompleteWrites()
    {
        Announce();
        _ = stream.CompleteWritesAsync(CancellationToken.None);
    }

    public void Abort() => stream.Abort();

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            CompleteWrites();
            stream.Dispose();
            release();
        }

        return ValueTask.CompletedTask;
    }

    private void Announce()
    {
        if (Interlocked.Exchange(ref _announced, 1) == 0)
        {
            announce();
        }
    }
}

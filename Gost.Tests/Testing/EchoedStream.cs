using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Tests.Testing;

/// <summary>Gives back what was written last, at once, and allocates nothing: for tests of what the layers above it allocate.</summary>
internal sealed class EchoedStream : DuplexStream
{
    private readonly byte[] _bytes = new byte[64 * 1024];
    private int _start;
    private int _end;

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _bytes.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return new ValueTask<int>(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        (_start, _end) = (0, buffer.Length);
        buffer.Span.CopyTo(_bytes);
        return ValueTask.CompletedTask;
    }

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override void Abort(Exception? reason = null) => Dispose();
}

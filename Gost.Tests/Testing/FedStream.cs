using System.Net;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>A stream in memory: reads what the test feeds, chunk by chunk, and shows each write by itself.</summary>
internal sealed class FedStream : DuplexStream
{
    private readonly Channel<byte[]> _input = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<byte[]> _writes = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _rest;

    /// <summary>A stream that has these chunks to read already; with <paramref name="ends"/> it ends behind them.</summary>
    public FedStream(bool ends = false, params IEnumerable<byte[]> chunks)
    {
        foreach (var chunk in chunks)
        {
            Feed(chunk);
        }

        if (ends)
        {
            FeedEnd();
        }
    }

    /// <summary>Each write as it was made.</summary>
    public ChannelReader<byte[]> Writes => _writes.Reader;

    /// <summary>Ends when the writing direction was ended.</summary>
    public Task Completed => _completed.Task;

    public bool IsDisposed { get; private set; }

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    /// <summary>The next write.</summary>
    public async Task<string> NextWriteAsync() => Convert.ToHexStringLower(await Writes.ReadAsync(TestContext.Current.CancellationToken));

    public void Feed(byte[] chunk) => _input.Writer.TryWrite(chunk);

    public void Feed(string hex) => Feed(Convert.FromHexString(hex));

    public void FeedEnd() => _input.Writer.TryComplete();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _input.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            if (_input.Reader.TryRead(out var chunk))
            {
                _rest = chunk;
            }
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        _writes.Writer.TryWrite(buffer.ToArray());
        return ValueTask.CompletedTask;
    }

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        _completed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public override void Abort(Exception? reason = null) => Dispose();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        FeedEnd();
        base.Dispose(disposing);
    }
}

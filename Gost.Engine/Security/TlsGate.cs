using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Gost.Engine.Security;

/// <summary>
/// The transport below an <see cref="SslStream"/>, which it owns. It knows when the TLS library is at work on what was read, and lets close_notify be made only
/// when it is not: the library's state is no thread's own, and <see cref="SslStream.ShutdownAsync"/>, unlike its reads and writes, does not lock it.
/// </summary>
/// <remarks>
/// A read of the secure stream goes through <see cref="Begin"/>, any number of waits for the transport, and <see cref="End"/>; only while it waits, or when there
/// is none, is the library idle. Who wants close_notify in between leaves the making of it to the reader. No lock is held while the transport is called.
/// </remarks>
internal sealed class TlsGate(Stream transport) : Stream
{
    private readonly Lock _gate = new();
    private Turn _turn;
    private Func<Task>? _wanted;
    private TaskCompletionSource<ReadOnlyMemory<byte>>? _made;
    private int _makingThread;

    private enum Turn
    {
        None,
        Library,
        Transport,
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => transport.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => transport.Position;
        set => transport.Position = value;
    }

    /// <summary>A read of the secure stream begins: from here on the library is at work.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _turn = Turn.Library;
        }
    }

    /// <summary>The read of the secure stream is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _turn = Turn.None;
            MakeWanted();
        }
    }

    /// <summary>The bytes of close_notify, made when the library is idle; empty when it has none to say. Throws what the library says.</summary>
    /// <param name="shutdown">Makes the library write close_notify to this stream, before it returns.</param>
    public Task<ReadOnlyMemory<byte>> MakeEndAsync(Func<Task> shutdown)
    {
        TaskCompletionSource<ReadOnlyMemory<byte>> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            (_wanted, _made) = (shutdown, made);
            if (_turn != Turn.Library)
            {
                MakeWanted();
            }
        }

        return made.Task;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = transport.ReadAsync(buffer, cancellationToken);
        return reading.IsCompleted ? reading : WaitAsync(reading);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _makingThread) == Environment.CurrentManagedThreadId)
        {
            // The library takes its buffer back when this returns.
            _made?.TrySetResult(buffer.ToArray());
            return ValueTask.CompletedTask;
        }

        return transport.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => transport.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => transport.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override void Flush() => transport.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => transport.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => transport.Seek(offset, origin);

    /// <inheritdoc/>
    public override void SetLength(long value) => transport.SetLength(value);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await transport.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            transport.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> reading)
    {
        Pass(Turn.Library, Turn.Transport);
        try
        {
            return await reading;
        }
        finally
        {
            Pass(Turn.Transport, Turn.Library);
        }
    }

    /// <summary>Outside a read of the secure stream (in the handshake) the turn stays where it is.</summary>
    private void Pass(Turn from, Turn to)
    {
        lock (_gate)
        {
            if (_turn == from)
            {
                _turn = to;
                if (to == Turn.Transport)
                {
                    MakeWanted();
                }
            }
        }
    }

    private void MakeWanted()
    {
        if (_wanted is not { } shutdown || _made is not { } made)
        {
            return;
        }

        _wanted = null;
        Volatile.Write(ref _makingThread, Environment.CurrentManagedThreadId);
        try
        {
            // What it writes completes at once.
            shutdown().GetAwaiter().GetResult();
            made.TrySetResult(default);
        }
        catch (Exception e)
        {
            made.TrySetException(e);
        }
        finally
        {
            Volatile.Write(ref _makingThread, 0);
        }
    }
}

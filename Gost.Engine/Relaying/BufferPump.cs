using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Relaying;

/// <summary>
/// One relay through buffers: waits with an empty read, so that an idle direction holds no buffer, rents one when there is data and
/// gives it back when a read finds the source drained. Nothing is allocated per chunk. When both streams have become sockets of the kernel lane and there
/// is enough to move, it hands the rest over to a <see cref="SocketPump"/>.
/// </summary>
internal sealed class BufferPump
{
    // A direction that always finds data gives its thread back this often, so that busy flows do not starve the others.
    private const int ChunksPerTurn = 16;

    // A direction that found that many full buffers in a row, or any number of chunks that is a multiple of the other, asks whether it can be handed over:
    // before, it is not worth stopping both directions.
    private const int FullChunksToHandOver = 2;
    private const int ChunksToHandOver = 64;

    private readonly DuplexStream _client;
    private readonly DuplexStream _target;
    private readonly FlowCounters _counters;
    private readonly BufferPool _buffers;
    private readonly TimeProvider _time;
    private readonly TimeSpan _idleTimeout;
    private RelayOutcome _outcome;
    private FlowException? _refusal;
    private long _lastActivity;
    private ITimer? _idleTimer;
    private volatile bool _isHandingOver;

    public BufferPump(DuplexStream client, DuplexStream target, FlowCounters counters, BufferPool buffers, TimeProvider time, TimeSpan idleTimeout)
    {
        (_client, _target, _counters, _buffers, _time, _idleTimeout) = (client, target, counters, buffers, time, idleTimeout);
    }

    private bool Timed => _idleTimeout > TimeSpan.Zero;

    /// <summary>Runs to the end of both directions; throws what a stream said of a way that was never there.</summary>
    public async Task<RelayOutcome> RunAsync()
    {
        if (Timed)
        {
            Touch();
            _idleTimer = _time.CreateTimer(static x => ((BufferPump)x!).LookForIdleness(), this, _idleTimeout, Timeout.InfiniteTimeSpan);
        }

        bool inputIsDone, outputIsDone;
        try
        {
            var input = PumpAsync(_client, _target, fromClient: true);
            var output = PumpAsync(_target, _client, fromClient: false);
            (inputIsDone, outputIsDone) = (await input, await output);
        }
        finally
        {
            if (_idleTimer is not null)
            {
                await _idleTimer.DisposeAsync();
            }
        }

        if (_refusal is not null)
        {
            throw _refusal;
        }

        if (inputIsDone && outputIsDone)
        {
            return _outcome;
        }

        if (LoopPair.TryOf(_client, _target, out var sockets))
        {
            return await new SocketPump(sockets, _counters, _buffers, _idleTimeout, inputIsDone, outputIsDone, _outcome).RunAsync();
        }

        // They were two sockets when the hand-over began: disposed since.
        Conclude(RelayOutcome.Aborted);
        End();
        return _outcome;
    }

    /// <summary>Whether the direction is over; false = it stopped between two chunks, to be handed over.</summary>
    private async Task<bool> PumpAsync(DuplexStream from, DuplexStream to, bool fromClient)
    {
        byte[]? buffer = null;
        var block = Math.Max(from.BlockSize, to.BlockSize) is > 0 and var wanted ? wanted : BufferPool.StreamBufferSize;
        var writing = false;
        var (chunks, fullChunks, allChunks) = (0, 0, 0);
        try
        {
            while (true)
            {
                if (buffer is null)
                {
                    _ = await from.ReadAsync(Memory<byte>.Empty);
                    if (_isHandingOver)
                    {
                        return false;
                    }

                    buffer = _buffers.Rent(block);
                    chunks = 0;
                }
                else if (++chunks % ChunksPerTurn == 0)
                {
                    await Task.Yield();
                }

                var count = await from.ReadAsync(buffer.AsMemory(0, block));
                if (count == 0)
                {
                    if (_isHandingOver)
                    {
                        // The end or an interruption: the other pump sees for itself.
                        return false;
                    }

                    break;
                }

                Count(count, fromClient, read: true);
                writing = true;
                await to.WriteAsync(buffer.AsMemory(0, count));
                writing = false;
                Count(count, fromClient, read: false);
                fullChunks = count == block ? fullChunks + 1 : 0;
                if (_isHandingOver || ((fullChunks >= FullChunksToHandOver || ++allChunks % ChunksToHandOver == 0) && TryHandOver(to)))
                {
                    return false;
                }

                if (count < block)
                {
                    _buffers.Return(buffer);
                    buffer = null;
                }
            }

            Conclude(fromClient ? RelayOutcome.ClientEnded : RelayOutcome.TargetEnded);
            writing = true;
            await to.CompleteWritesAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            Fail(e, to, writing, clientFailed: fromClient != writing);
        }
        finally
        {
            if (buffer is not null)
            {
                _buffers.Return(buffer);
            }
        }

        return true;
    }

    /// <summary>Stops the opposite direction too, which reads <paramref name="to"/>, wherever it waits; false when the streams are no two sockets.</summary>
    private bool TryHandOver(DuplexStream to)
    {
        if (!LoopPair.TryOf(_client, _target, out var sockets))
        {
            return false;
        }

        _isHandingOver = true;
        (to == _client ? sockets.Client : sockets.Target).InterruptReads();
        return true;
    }

    private void Fail(Exception e, DuplexStream to, bool writing, bool clientFailed)
    {
        if (e is FlowException refusal)
        {
            Interlocked.CompareExchange(ref _refusal, refusal, null);
        }

        var local = e is ObjectDisposedException or OperationCanceledException or SocketException { SocketErrorCode: SocketError.OperationAborted };
        Conclude(local ? RelayOutcome.Aborted : clientFailed ? RelayOutcome.ClientFailed : RelayOutcome.TargetFailed);

        // A peer that takes no more may have sent an answer before it closed: what the socket has received of it is still passed on, and
        // the opposite direction ends by itself, since the connection is dead. Everything else ends both directions.
        if (local || !writing || !to.TryGetRawSocket(out _))
        {
            End();
        }
    }

    private void End()
    {
        StreamEnd.Of(_client);
        StreamEnd.Of(_target);
    }

    private void Conclude(RelayOutcome outcome) => Interlocked.CompareExchange(ref _outcome, outcome, RelayOutcome.None);

    /// <summary>Input is counted when read from the client, output when written to it.</summary>
    private void Count(int bytes, bool fromClient, bool read)
    {
        if (fromClient && read)
        {
            _counters.AddInput(bytes);
        }
        else if (!fromClient && !read)
        {
            _counters.AddOutput(bytes);
        }

        Touch();
    }

    private void Touch()
    {
        if (Timed)
        {
            Volatile.Write(ref _lastActivity, _time.GetTimestamp());
        }
    }

    /// <summary>The timer is armed once per idle period, not per chunk: it looks how long ago the last one was.</summary>
    private void LookForIdleness()
    {
        var rest = _idleTimeout - _time.GetElapsedTime(Volatile.Read(ref _lastActivity));
        if (rest <= TimeSpan.Zero)
        {
            Conclude(RelayOutcome.IdleTimeout);
            End();
        }
        else
        {
            _idleTimer?.Change(rest, Timeout.InfiniteTimeSpan);
        }
    }
}

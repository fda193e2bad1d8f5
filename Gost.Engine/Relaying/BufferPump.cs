using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Relaying;

/// <summary>
/// One relay through buffers: waits with an empty read, so that an idle direction holds no buffer, rents one when there is data and
/// gives it back when a read finds the source drained. Nothing is allocated per chunk.
/// </summary>
internal sealed class BufferPump
{
    // A direction that always finds data gives its thread back this often, so that busy flows do not starve the others.
    private const int ChunksPerTurn = 16;

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

        try
        {
            var input = PumpAsync(_client, _target, fromClient: true);
            var output = PumpAsync(_target, _client, fromClient: false);
            await input;
            await output;
            return _refusal is null ? _outcome : throw _refusal;
        }
        finally
        {
            if (_idleTimer is not null)
            {
                await _idleTimer.DisposeAsync();
            }
        }
    }

    private async Task PumpAsync(DuplexStream from, DuplexStream to, bool fromClient)
    {
        byte[]? buffer = null;
        var block = Math.Max(from.BlockSize, to.BlockSize) is > 0 and var wanted ? wanted : BufferPool.StreamBufferSize;
        var writing = false;
        var chunks = 0;
        try
        {
            while (true)
            {
                if (buffer is null)
                {
                    _ = await from.ReadAsync(Memory<byte>.Empty);
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
                    break;
                }

                Count(count, fromClient, read: true);
                writing = true;
                await to.WriteAsync(buffer.AsMemory(0, count));
                writing = false;
                Count(count, fromClient, read: false);
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

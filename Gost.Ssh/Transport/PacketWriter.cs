using System.Buffers;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Transport;

/// <summary>
/// Seals packets into one buffer and writes it; what is sealed while a write runs goes out in the next one, in one piece. The order of the calls is the
/// order of the packets. Any number of senders; a sender waits while the buffer is full or keys are exchanged, except with a small packet, which is kept
/// for it: so whoever receives and answers is never held up by what it must receive first.
/// </summary>
internal sealed class PacketWriter(Stream stream, SshTransportOptions options, Action<Exception> onFailure) : IDisposable
{
    // What may be sealed and not on its way.
    private const int Room = PacketSealer.Room;

    // The messages of the transport itself do not wait. A peer that makes us write more of them than that reads nothing.
    private const int MostOfAll = Room + (128 * 1024);

    // After so many writes in a row that did not wait, the sender that happened to write goes on with its own work.
    private const int MostWritesInARow = 8;

    private readonly Lock _gate = new();
    private readonly PendingPackets _pending = new();
    private readonly PacketSealer _sealed = new(options);
    private TaskCompletionSource? _idle;
    private Exception? _failure;
    private bool _isHeld;
    private bool _isWriting;
    private bool _isFlooded;
    private bool _hasEnded;

    /// <summary>Whether so much was sent that new keys are due.</summary>
    public bool IsDue => _sealed.IsDue;

    /// <summary>Seals a packet, or waits with it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var size = head.Length + body.Length;
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, PacketFormat.LargestPayload);
        PendingPacket? pending = null;
        lock (_gate)
        {
            ThrowIfEnded();
            if (!_isHeld && _pending.IsEmpty && HasRoom(size))
            {
                _sealed.Seal(head.Span, body.Span);
                if (_isWriting)
                {
                    return ValueTask.CompletedTask;
                }

                _isWriting = true;
            }
            else
            {
                pending = _pending.Add(this, head, body);
                if (pending.IsCopy)
                {
                    return ValueTask.CompletedTask;
                }
            }
        }

        if (pending is not null)
        {
            return pending.WaitAsync(cancellationToken);
        }

        _ = WriteAsync();
        return ValueTask.CompletedTask;
    }

    /// <summary>Puts bytes before the first packet; they leave with it.</summary>
    public void PutPlain(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _sealed.Put(bytes);
        }
    }

    /// <summary>A message of the transport: goes out whatever waits, also while keys are exchanged.</summary>
    public void Post(ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            SealOwn(payload);
        }

        Flush();
    }

    /// <summary>
    /// Begins a key exchange with this message, which leaves with the next <see cref="Flush"/>: from now on only messages of the transport leave.
    /// </summary>
    public void Hold(ReadOnlySpan<byte> offer)
    {
        lock (_gate)
        {
            _isHeld = true;
            SealOwn(offer);
        }
    }

    /// <summary>
    /// Sends <paramref name="last"/>, if any, and NEWKEYS with the old keys, <paramref name="first"/>, if any, with the new ones, which it takes over, and
    /// lets go what waited.
    /// </summary>
    public void SwitchKeys(ReadOnlySpan<byte> last, PacketCipher cipher, bool resetsSequence, ReadOnlySpan<byte> first)
    {
        lock (_gate)
        {
            SealOwn(last);
            SealOwn([MessageNumber.NewKeys]);
            if (_hasEnded)
            {
                cipher.Dispose();
                return;
            }

            _sealed.SwitchKeys(cipher, resetsSequence);
            _isHeld = false;
            SealOwn(first);
            SealPending();
        }

        Flush();
    }

    /// <summary>Writes what is sealed unless that is being done.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_isFlooded)
            {
                if (_isWriting || _sealed.Length == 0)
                {
                    return;
                }

                _isWriting = true;
            }
        }

        if (_isFlooded)
        {
            onFailure(new SshException(
                SshFailure.Protocol, SshDisconnectReason.ProtocolError, "the SSH peer asks on and on and reads no answer"));
            return;
        }

        _ = WriteAsync();
    }

    /// <summary>Ends when nothing is being written.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
        {
            if (!_isWriting)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Takes no more packets and ends the waits; a write that runs is for the stream's owner to end.</summary>
    public void End(Exception? failure)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            (_hasEnded, _failure) = (true, failure);
            while (_pending.TryPeek(out _))
            {
                _pending.Remove(Ended());
            }

            _sealed.Dispose();
        }
    }

    public void Dispose() => End(null);

    /// <summary>A sender gave up waiting.</summary>
    public void Cancel(PendingPacket pending, CancellationToken token)
    {
        lock (_gate)
        {
            // It stays in the queue as nobody's; it is found there and dropped.
            if (pending.IsWaiting)
            {
                pending.Complete(new OperationCanceledException(token));
            }
        }
    }

    /// <summary>A sender has taken the result of its wait.</summary>
    public void Reuse(PendingPacket pending)
    {
        lock (_gate)
        {
            _pending.Reuse(pending);
        }
    }

    private async Task WriteAsync()
    {
        for (var writes = 1; ; writes++)
        {
            byte[] bytes;
            int count;
            lock (_gate)
            {
                if (_sealed.Length == 0)
                {
                    _isWriting = false;
                    _idle?.TrySetResult();
                    _idle = null;
                    return;
                }

                (bytes, count) = _sealed.Take();
            }

            try
            {
                var write = stream.WriteAsync(bytes.AsMemory(0, count));

                // While the stream takes the bytes, those that waited are sealed.
                lock (_gate)
                {
                    SealPending();
                }

                await write;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                onFailure(e);
            }

            ArrayPool<byte>.Shared.Return(bytes);
            if (writes % MostWritesInARow == 0)
            {
                await Task.Yield();
            }
        }
    }

    private void SealPending()
    {
        while (!_isHeld && !_hasEnded && _pending.TryPeek(out var pending))
        {
            if (pending.IsCopy || pending.IsWaiting)
            {
                if (!HasRoom(pending.Size))
                {
                    return;
                }

                _sealed.Seal(pending.Head.Span, pending.Body.Span);
            }

            _pending.Remove(null);
        }
    }

    private bool HasRoom(int size) => _sealed.Length == 0 || _sealed.Length + _sealed.Total(size) <= Room;

    private void SealOwn(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || _hasEnded || _isFlooded)
        {
            return;
        }

        if (_sealed.Length + payload.Length > MostOfAll)
        {
            _isFlooded = true;
            return;
        }

        _sealed.Seal(payload, default);
    }

    private void ThrowIfEnded()
    {
        if (_hasEnded)
        {
            throw Ended();
        }
    }

    private SshException Ended() => _failure is SshException failure
        ? new SshException(failure.Failure, failure.Reason, failure.Message, failure)
        : new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the SSH connection has ended", _failure);
}

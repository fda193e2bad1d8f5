using System.Buffers;
using System.Threading.Tasks.Sources;

namespace Gost.Ssh.Transport;

/// <summary>
/// A packet that cannot leave yet: its sender's, which waits, or a copy of a small one, whose sender has gone on. Used again and again. The writer's lock
/// guards all but the waiting itself.
/// </summary>
internal sealed class PendingPacket(PacketWriter writer) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private byte[]? _copy;

    /// <summary>The beginning of the payload.</summary>
    public ReadOnlyMemory<byte> Head { get; private set; }

    /// <summary>The rest of it.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Whether nobody waits for it since the bytes were copied.</summary>
    public bool IsCopy => _copy is not null;

    /// <summary>Whether its sender waits.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Whether it is in the queue, be it that its sender has given up.</summary>
    public bool IsQueued { get; set; }

    /// <summary>How long the payload is.</summary>
    public int Size => Head.Length + Body.Length;

    /// <summary>Borrows the sender's memory.</summary>
    public void Borrow(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        _core.Reset();
        (Head, Body, IsWaiting) = (head, body, true);
    }

    /// <summary>Copies the sender's memory.</summary>
    public void Copy(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        _copy = ArrayPool<byte>.Shared.Rent(head.Length + body.Length);
        head.CopyTo(_copy);
        body.CopyTo(_copy.AsMemory(head.Length));
        Head = _copy.AsMemory(0, head.Length + body.Length);
    }

    /// <summary>Gives a copy's memory back.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_copy!);
        (_copy, Head) = (null, default);
    }

    /// <summary>The wait of its sender, outside the writer's lock.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var version = _core.Version;
        _registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingPacket)state!).Cancel(token), this);
        return new ValueTask(this, version);
    }

    /// <summary>Ends the wait; null = the packet is on its way.</summary>
    public void Complete(Exception? failure)
    {
        (Head, Body, IsWaiting) = (default, default, false);
        if (failure is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(failure);
        }
    }

    public void GetResult(short token)
    {
        // Waits for a cancellation that is under way: after this nothing touches the object.
        _registration.Dispose();
        _registration = default;
        _core.GetResult(token);
        writer.Reuse(this);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token) => writer.Cancel(this, token);
}

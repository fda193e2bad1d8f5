using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// How other threads wake a loop that sleeps, and only then: an eventfd that the loop watches. Owned by its loop. Source: eventfd(2).
/// </summary>
internal sealed unsafe class LoopWaker : ILoopHandler, IDisposable
{
    private readonly DescriptorHandle _event;
    private int _asleep;

    /// <summary>Opens the descriptor. Throws <see cref="IOException"/> when the system refuses.</summary>
    public LoopWaker()
    {
        var descriptor = LinuxCalls.CreateEvent(0, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking);
        _event = descriptor >= 0
            ? new DescriptorHandle(descriptor)
            : throw new IOException($"eventfd: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>The descriptor to watch, by edges.</summary>
    public int Number => _event.Number;

    /// <summary>The loop says that it is about to sleep; then it looks a last time whether there is work. For the loop's thread.</summary>
    public void FallAsleep() => Interlocked.Exchange(ref _asleep, 1);

    /// <summary>The loop is awake. For the loop's thread.</summary>
    public void WakeUp() => Volatile.Write(ref _asleep, 0);

    /// <summary>Wakes the loop if it sleeps, after work for it was queued. Any thread, also after disposal.</summary>
    public void Wake()
    {
        // The work was queued before this is read; the loop says that it sleeps before it looks at the queue a last time.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _asleep) == 0 || Interlocked.Exchange(ref _asleep, 0) == 0)
        {
            return;
        }

        // Held, as a number that was closed meanwhile may be somebody else's.
        var held = false;
        try
        {
            _event.DangerousAddRef(ref held);
            ulong one = 1;
            _ = LinuxCalls.Write(_event.Number, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended meanwhile.
        }
        finally
        {
            if (held)
            {
                _event.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _event.Dispose();

    void ILoopHandler.OnEvents(LoopEvents events)
    {
        ulong count;
        _ = LinuxCalls.Read(_event.Number, &count, sizeof(ulong));
    }
}

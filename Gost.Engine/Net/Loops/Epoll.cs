using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// An epoll instance, which it owns: what is watched may change on any thread, one thread waits. Errors are numbers as in <see cref="LinuxErrors"/>.
/// Source: epoll(7).
/// </summary>
internal sealed unsafe class Epoll : IDisposable
{
    private readonly DescriptorHandle _handle;

    /// <summary>Watches nothing yet. Throws <see cref="IOException"/> when the system refuses.</summary>
    public Epoll()
    {
        var epoll = LinuxCalls.CreateEpoll(LinuxCalls.CloseOnExec);
        _handle = epoll >= 0
            ? new DescriptorHandle(epoll)
            : throw new IOException($"epoll_create1: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Watches a descriptor, whose events carry the token; 0 or the error.</summary>
    public int Add(int descriptor, LoopEvents events, ulong token)
    {
        var what = stackalloc byte[16];
        EpollEvents.Write(what, events, token);
        return Control(LinuxCalls.ControlAdd, descriptor, what);
    }

    /// <summary>Watches a descriptor no more; an error says that it is closed already.</summary>
    public void Remove(int descriptor) => _ = Control(LinuxCalls.ControlDelete, descriptor, null);

    /// <summary>
    /// Waits for events, -1 = for ever; how many there are. Throws <see cref="IOException"/> for a fault of the program.
    /// </summary>
    public int Wait(EpollEvents events, int milliseconds)
    {
        while (true)
        {
            var count = LinuxCalls.Wait(_handle.Number, events.Start, events.Room, milliseconds);
            if (count >= 0)
            {
                return count;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != LinuxErrors.Interrupted)
            {
                throw new IOException($"epoll_wait: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>After the end its number may be somebody else's, so it is held meanwhile.</summary>
    private int Control(int operation, int descriptor, byte* what)
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return LinuxCalls.Control(_handle.Number, operation, descriptor, what) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        catch (ObjectDisposedException)
        {
            return LinuxErrors.BadDescriptor;
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }
}

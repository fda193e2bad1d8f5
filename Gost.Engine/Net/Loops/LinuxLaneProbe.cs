using System.Numerics;
using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// Tries the system calls of the kernel lane on descriptors of its own, which it closes again. Sandboxes refuse a call with EPERM or ENOSYS, or let it
/// succeed without effect, so each is used as the loops use it.
/// </summary>
internal sealed unsafe class LinuxLaneProbe : ILaneProbe
{
    private const int FamilyUnix = 1;
    private const ulong Token = 0x1234_5678_9abc_def0;

    /// <inheritdoc/>
    public string? RefusalOfLoops()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "it needs Linux";
        }

        // Numbers and layouts are those of these two.
        return RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
            ? TryWatch() ?? TryAccept()
            : $"it does not know the processor architecture {RuntimeInformation.ProcessArchitecture}";
    }

    /// <inheritdoc/>
    public string? RefusalOfSplice()
    {
        var ends = stackalloc int[4] { -1, -1, -1, -1 };
        try
        {
            const int Flags = LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking;
            if (LinuxCalls.CreatePipe(ends, Flags) < 0 || LinuxCalls.CreatePipe(ends + 2, Flags) < 0)
            {
                return Refused("pipe2");
            }

            byte one = 1;
            if (LinuxCalls.Write(ends[1], &one, 1) != 1)
            {
                return Refused("write");
            }

            return LinuxCalls.Splice(ends[0], null, ends[3], null, 1, LinuxCalls.SpliceNonBlocking) == 1 ? null : Refused("splice");
        }
        finally
        {
            for (var i = 0; i < 4; i++)
            {
                CloseIfOpen(ends[i]);
            }
        }
    }

    /// <inheritdoc/>
    public bool IsBoundToOneCoreOfMany()
    {
        // Room for 4096 cores; a machine with more refuses the call. A quota of processor time binds to none, so it does not show here.
        const int Words = 64;
        var cores = stackalloc ulong[Words];
        new Span<ulong>(cores, Words).Clear();
        if (!OperatingSystem.IsLinux() || LinuxCalls.GetAffinity(0, Words * sizeof(ulong), cores) != 0)
        {
            return false;
        }

        var bound = 0;
        for (var i = 0; i < Words; i++)
        {
            bound += BitOperations.PopCount(cores[i]);
        }

        return bound == 1 && LinuxCalls.SystemValue(LinuxCalls.OnlineCores) > 1;
    }

    private static string? TryWatch()
    {
        var epoll = -1;
        var raised = -1;
        using EpollEvents events = new(1);
        try
        {
            if ((epoll = LinuxCalls.CreateEpoll(LinuxCalls.CloseOnExec)) < 0)
            {
                return Refused("epoll_create1");
            }

            if ((raised = LinuxCalls.CreateEvent(1, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking)) < 0)
            {
                return Refused("eventfd");
            }

            // Exclusive, as listening sockets are watched: Linux 4.5.
            var what = stackalloc byte[16];
            EpollEvents.Write(what, LoopEvents.Listening, Token);
            if (LinuxCalls.Control(epoll, LinuxCalls.ControlAdd, raised, what) < 0)
            {
                return Refused("epoll_ctl with EPOLLEXCLUSIVE");
            }

            var count = LinuxCalls.Wait(epoll, events.Start, 1, 0);
            return count < 0 ? Refused("epoll_wait")
                : count == 1 && events.TokenAt(0) == Token && events.EventsAt(0) == LoopEvents.Readable ? null
                : "epoll_wait does not tell of an event that is there";
        }
        finally
        {
            CloseIfOpen(raised);
            CloseIfOpen(epoll);
        }
    }

    private static string? TryAccept()
    {
        // Of a family that is there also without a network. It does not listen, which is what the call has to say.
        var socket = LinuxCalls.CreateSocket(FamilyUnix, LinuxCalls.TypeStream | LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking, 0);
        if (socket < 0)
        {
            return Refused("socket");
        }

        try
        {
            var accepted = LinuxCalls.Accept(socket, null, null, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking);
            CloseIfOpen(accepted);
            return accepted < 0 && Marshal.GetLastPInvokeError() is var error && error is LinuxErrors.Invalid or LinuxErrors.Again ? null : Refused("accept4");
        }
        finally
        {
            CloseIfOpen(socket);
        }
    }

    private static string Refused(string call) => $"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";

    private static void CloseIfOpen(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = LinuxCalls.Close(descriptor);
        }
    }
}

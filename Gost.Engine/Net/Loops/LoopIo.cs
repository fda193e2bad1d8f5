using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Loops;

/// <summary>Calls that move bytes; each gives their number, 0 = the end where it reads, or the error negated. The caller holds the descriptors open.</summary>
internal static unsafe class LoopIo
{
    /// <summary>recv(2) with the flags.</summary>
    public static int Receive(int descriptor, Span<byte> into, int flags)
    {
        fixed (byte* bytes = into)
        {
            while (true)
            {
                var count = (int)LinuxCalls.Receive(descriptor, bytes, (nuint)into.Length, flags);
                if (count >= 0 || !WasInterrupted(ref count))
                {
                    return count;
                }
            }
        }
    }

    /// <summary>send(2).</summary>
    public static int Send(int descriptor, ReadOnlySpan<byte> what)
    {
        fixed (byte* bytes = what)
        {
            while (true)
            {
                var count = (int)LinuxCalls.Send(descriptor, bytes, (nuint)what.Length, LinuxCalls.MessageNoSignal);
                if (count >= 0 || !WasInterrupted(ref count))
                {
                    return count;
                }
            }
        }
    }

    /// <summary>splice(2) between a socket and a pipe.</summary>
    public static int Splice(int from, int to, int length)
    {
        while (true)
        {
            var count = (int)LinuxCalls.Splice(from, null, to, null, (nuint)length, LinuxCalls.SpliceMove | LinuxCalls.SpliceNonBlocking);
            if (count >= 0 || !WasInterrupted(ref count))
            {
                return count;
            }
        }
    }

    private static bool WasInterrupted(ref int count)
    {
        var error = Marshal.GetLastPInvokeError();
        count = -error;
        return error == LinuxErrors.Interrupted;
    }
}

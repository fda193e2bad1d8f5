using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Batches;

/// <summary>
/// Linux system calls that take or give many datagrams at once, with the layouts of 64-bit glibc and musl. Source: recvmmsg(2), sendmmsg(2), udp(7).
/// </summary>
internal static unsafe partial class LinuxDatagramCalls
{
    /// <summary>MSG_DONTWAIT.</summary>
    public const int DontWait = 0x40;

    /// <summary>SOL_UDP.</summary>
    public const int SolUdp = 17;

    /// <summary>UDP_SEGMENT: one buffer is sent as datagrams of equal length (GSO).</summary>
    public const int UdpSegment = 103;

    /// <summary>UDP_GRO: datagrams of equal length from one sender may come as one buffer.</summary>
    public const int UdpGro = 104;

    /// <summary>Bytes of a control message with one integer, alignment included.</summary>
    public const int ControlSize = 24;

    /// <summary>Whether the layouts hold here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>
    /// recvmmsg(2); gives the number of messages, or -1 with the error of <see cref="Marshal.GetLastPInvokeError"/>. EAGAIN: none is there; EINTR: again;
    /// ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: news of a datagram sent earlier, the socket is as good as before; ENOMEM, ENOBUFS: no
    /// memory at the moment; EBADF: closed. An error after the first message comes with the next call.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(SafeSocketHandle socket, Message* messages, uint count, int flags, void* timeout);

    /// <summary>
    /// sendmmsg(2); gives the number of messages sent, or -1 with the error of the first. EAGAIN, ENOBUFS: the system takes no more at the moment; EINTR: again;
    /// ECONNREFUSED and its like: news of an earlier datagram, nothing was sent; EIO, EINVAL: of a run, the way does not take runs; EMSGSIZE: too long;
    /// EPERM, EACCES: a rule of the system forbids it; EBADF: closed.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(SafeSocketHandle socket, Message* messages, uint count, int flags);

    /// <summary>sendto(2): one datagram; bytes sent, or -1 with errors as <see cref="SendMany"/>. No address (null) = the connected peer.</summary>
    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendOne(SafeSocketHandle socket, byte* bytes, nuint length, int flags, byte* address, uint addressLength);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public void* Bytes;
        public nuint Length;
    }

    /// <summary>struct mmsghdr: a msghdr and the number of bytes that were received or sent.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public void* Address;
        public uint AddressLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
        private readonly int _padding;
        public uint Transferred;
    }

    /// <summary>struct cmsghdr with one integer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlMessage
    {
        public nuint Length;
        public int Level;
        public int Kind;
        public int Value;
        private readonly int _padding;
    }
}

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

    /// <summary>recvmmsg(2); gives the number of messages, or -1 with the error of <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(SafeSocketHandle socket, Message* messages, uint count, int flags, void* timeout);

    /// <summary>sendmmsg(2); gives the number of messages sent, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(SafeSocketHandle socket, Message* messages, uint count, int flags);

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

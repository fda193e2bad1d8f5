using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// Linux system calls of the kernel lane, with the numbers of x64 and arm64, which are the same but for the layout of <c>epoll_event</c>
/// (<see cref="EpollEvents"/>). Each gives -1 with the error of <see cref="Marshal.GetLastPInvokeError"/>; <see cref="LinuxErrors"/> says what an error
/// means. None of them waits but <see cref="Wait"/>. Source: section 2 of the Linux manual.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    public const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC, EFD_CLOEXEC, O_CLOEXEC, SOCK_CLOEXEC
    public const int NonBlocking = 0x800; // EFD_NONBLOCK, O_NONBLOCK, SOCK_NONBLOCK

    public const int ControlAdd = 1;
    public const int ControlDelete = 2;

    public const int FamilyIpv4 = 2;
    public const int FamilyIpv6 = 10;
    public const int TypeStream = 1;

    public const int MessagePeek = 2;
    public const int MessageNoSignal = 0x4000;

    public const int ShutdownRead = 0;
    public const int ShutdownWrite = 1;
    public const int ShutdownBoth = 2;

    public const int LevelSocket = 1;
    public const int LevelTcp = 6;
    public const int OptionError = 4; // SO_ERROR
    public const int OptionKeepAlive = 9; // SO_KEEPALIVE
    public const int OptionLinger = 13; // SO_LINGER
    public const int OptionNoDelay = 1; // TCP_NODELAY
    public const int OptionKeepIdle = 4; // TCP_KEEPIDLE
    public const int OptionKeepInterval = 5; // TCP_KEEPINTVL
    public const int OptionKeepCount = 6; // TCP_KEEPCNT
    public const int OptionCongestion = 13; // TCP_CONGESTION

    public const int OnlineCores = 84; // _SC_NPROCESSORS_ONLN

    public const uint SpliceMove = 1;
    public const uint SpliceNonBlocking = 2;

    public const int SetPipeSize = 1031; // F_SETPIPE_SZ

    /// <summary>epoll_create1(2). EMFILE, ENFILE, ENOMEM: no room; ENOSYS, EPERM: not allowed here.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    /// <summary>epoll_ctl(2). ENOMEM, ENOSPC: no room for one more; EINVAL: EPOLLEXCLUSIVE is unknown (before Linux 4.5); EBADF, ENOENT: closed meanwhile.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int Control(int epoll, int operation, int descriptor, byte* epollEvent);

    /// <summary>epoll_wait(2): the number of events. EINTR: again.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int Wait(int epoll, byte* events, int room, int milliseconds);

    /// <summary>eventfd(2). Errors as <see cref="CreateEpoll"/>.</summary>
    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint start, int flags);

    /// <summary>write(2) on an eventfd. EAGAIN: it is raised already.</summary>
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* bytes, nuint length);

    /// <summary>read(2) on an eventfd. EAGAIN: not raised.</summary>
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* bytes, nuint length);

    /// <summary>close(2). The descriptor is gone whatever it answers.</summary>
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    /// <summary>socket(2). EMFILE, ENFILE, ENOBUFS: no room; EAFNOSUPPORT: no such family here; EACCES, EPERM: not allowed.</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int CreateSocket(int family, int type, int protocol);

    /// <summary>
    /// accept4(2): a connection's descriptor. EAGAIN: none waits; ECONNABORTED, EPROTO, ENET*, EHOST*: that one is gone; EMFILE, ENFILE, ENOBUFS, ENOMEM: no
    /// room, it goes on waiting; EBADF, EINVAL: the listening socket is unusable.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int listening, byte* address, int* addressLength, int flags);

    /// <summary>connect(2). EINPROGRESS: under way; others: refused at once (EADDRNOTAVAIL: no free port, ENETUNREACH: no way).</summary>
    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, int addressLength);

    /// <summary>recv(2): bytes, 0 = the end. EAGAIN: nothing there; ECONNRESET, ETIMEDOUT, EHOSTUNREACH: broken.</summary>
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* bytes, nuint length, int flags);

    /// <summary>send(2): bytes taken. EAGAIN: no room; EPIPE, ECONNRESET, ETIMEDOUT: broken.</summary>
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* bytes, nuint length, int flags);

    /// <summary>shutdown(2). ENOTCONN: broken already.</summary>
    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    /// <summary>setsockopt(2). ENOPROTOOPT, EINVAL, ENOENT: the system does not know it; EPERM: not allowed.</summary>
    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, void* value, int length);

    /// <summary>getsockopt(2).</summary>
    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int option, void* value, int* length);

    /// <summary>getsockname(2). EBADF: closed.</summary>
    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetLocalAddress(int descriptor, byte* address, int* addressLength);

    /// <summary>getpeername(2). ENOTCONN: gone.</summary>
    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    public static partial int GetPeerAddress(int descriptor, byte* address, int* addressLength);

    /// <summary>fcntl(2) with a number.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int SetDescriptor(int descriptor, int command, int value);

    /// <summary>dup via fcntl(2) F_DUPFD_CLOEXEC.</summary>
    public static int Duplicate(int descriptor) => SetDescriptor(descriptor, 1030, 0);

    /// <summary>pipe2(2). EMFILE, ENFILE: no room.</summary>
    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int CreatePipe(int* ends, int flags);

    /// <summary>
    /// splice(2) between a socket and a pipe: bytes moved, 0 = the end. EAGAIN: nothing there, or no room; EINVAL: this socket cannot; ENOSYS, EPERM: not
    /// allowed here; others as <see cref="Receive"/> and <see cref="Send"/>.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    public static partial nint Splice(int from, long* fromOffset, int to, long* toOffset, nuint length, uint flags);

    /// <summary>sched_yield(2).</summary>
    [LibraryImport("libc", EntryPoint = "sched_yield")]
    public static partial int YieldProcessor();

    /// <summary>sched_getaffinity(2): the cores that a process (0 = this one) may use, a bit each.</summary>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    public static partial int GetAffinity(int process, nuint size, ulong* cores);

    /// <summary>sysconf(3).</summary>
    [LibraryImport("libc", EntryPoint = "sysconf")]
    public static partial nint SystemValue(int name);

    /// <summary>Sets an option that is a number; false when the system refuses.</summary>
    public static bool TrySetOption(int descriptor, int level, int option, int value) => SetOption(descriptor, level, option, &value, sizeof(int)) == 0;
}

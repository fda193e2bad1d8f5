using System.Net.Sockets;

namespace Gost.Engine.Net.Loops;

/// <summary>Error numbers of Linux (x64, arm64) that the kernel lane tells apart, and the framework's names of all that sockets give.</summary>
internal static class LinuxErrors
{
    public const int NotPermitted = 1; // EPERM
    public const int NoEntry = 2; // ENOENT
    public const int Interrupted = 4; // EINTR
    public const int BadDescriptor = 9; // EBADF
    public const int Again = 11; // EAGAIN
    public const int NoMemory = 12; // ENOMEM
    public const int Access = 13; // EACCES
    public const int Invalid = 22; // EINVAL
    public const int TooManyInSystem = 23; // ENFILE
    public const int TooManyOpen = 24; // EMFILE
    public const int BrokenPipe = 32; // EPIPE
    public const int NotImplemented = 38; // ENOSYS
    public const int InProgress = 115; // EINPROGRESS

    /// <summary>The framework's name of an error, so that both lanes throw the same.</summary>
    public static SocketError ToSocketError(int error) => error switch
    {
        NotPermitted or Access => SocketError.AccessDenied,
        Interrupted => SocketError.Interrupted,
        BadDescriptor => SocketError.OperationAborted,
        Again => SocketError.WouldBlock,
        NoMemory or 105 => SocketError.NoBufferSpaceAvailable, // ENOBUFS
        14 => SocketError.Fault,
        Invalid => SocketError.InvalidArgument,
        TooManyInSystem or TooManyOpen => SocketError.TooManyOpenSockets,
        BrokenPipe => SocketError.Shutdown,
        71 => SocketError.ProtocolType, // EPROTO
        88 => SocketError.NotSocket,
        90 => SocketError.MessageSize,
        92 => SocketError.ProtocolOption,
        93 => SocketError.ProtocolNotSupported,
        95 => SocketError.OperationNotSupported,
        97 => SocketError.AddressFamilyNotSupported,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        102 => SocketError.NetworkReset,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        106 => SocketError.IsConnected,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        114 => SocketError.AlreadyInProgress,
        InProgress => SocketError.InProgress,
        _ => SocketError.SocketError,
    };

    /// <summary>The error as both lanes throw it.</summary>
    public static SocketException ToException(int error) => new((int)ToSocketError(error));
}

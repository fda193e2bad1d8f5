using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Opens, binds and listens; words the errors as Go does.</summary>
internal static partial class ListenSocketFactory
{
    private const int Backlog = 4096;
    private const int SolSocket = 1;
    private const int SoReuseAddr = 2;
    private const int SoReusePort = 15;
    private const int SockStreamCloExec = 1 | 0x80000;
    private const int ProtocolMultipathTcp = 262;

    /// <summary>
    /// A listening socket. <paramref name="own"/> are the sockets this engine has open: a service may move between addresses that overlap
    /// (<c>127.0.0.1:80</c> and <c>:80</c>), which the system allows only while both sockets say so. Throws <see cref="FlowException"/>.
    /// </summary>
    public static Socket Open(ListenRequest request, IPEndPoint endPoint, IEnumerable<ListenSocket> own)
    {
        try
        {
            return OpenOn(request, endPoint, own);
        }
        catch (SocketException e) when (request.Address.DualStack && endPoint.AddressFamily == AddressFamily.InterNetworkV6
            && e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            // IPv6 is compiled in but switched off.
            return Open(request, new IPEndPoint(IPAddress.Any, endPoint.Port), own);
        }
        catch (SocketException e)
        {
            throw BindRefusal.Of("tcp", request.Address, e);
        }
    }

    private static Socket OpenOn(ListenRequest request, IPEndPoint endPoint, IEnumerable<ListenSocket> own)
    {
        try
        {
            return BindAndListen(request, endPoint, request.ReusePort);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && OperatingSystem.IsLinux() && endPoint.Port != 0)
        {
            Socket[] overlapping = [.. own.Where(x => Overlaps(x.LocalEndPoint, endPoint)).Select(static x => x.Socket)];
            if (overlapping.Length == 0)
            {
                throw;
            }

            return BindBeside(request, endPoint, overlapping);
        }
    }

    private static Socket BindBeside(ListenRequest request, IPEndPoint endPoint, Socket[] overlapping)
    {
        var shared = overlapping.Select(static x => GetOption(x, SoReusePort)).ToArray();
        try
        {
            Array.ForEach(overlapping, static x => SetOption(x, SoReusePort, 1));
            var socket = BindAndListen(request, endPoint, reusePort: true);
            SetOption(socket, SoReusePort, request.ReusePort ? 1 : 0);
            return socket;
        }
        finally
        {
            for (var i = 0; i < overlapping.Length; i++)
            {
                SetOption(overlapping[i], SoReusePort, shared[i]);
            }
        }
    }

    private static Socket BindAndListen(ListenRequest request, IPEndPoint endPoint, bool reusePort)
    {
        var socket = Create(endPoint.AddressFamily, request.MultipathTcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = request.Address.DualStack;
            }

            if (OperatingSystem.IsLinux())
            {
                // Raw, because the runtime's ReuseAddress is SO_REUSEPORT as well.
                SetOption(socket, SoReuseAddr, 1);
                SetOption(socket, SoReusePort, reusePort ? 1 : 0);
            }

            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Create(AddressFamily family, bool multipath)
    {
        if (multipath && OperatingSystem.IsLinux())
        {
            var descriptor = CreateSocket(family == AddressFamily.InterNetworkV6 ? 10 : 2, SockStreamCloExec, ProtocolMultipathTcp);
            if (descriptor >= 0)
            {
                return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            }
        }

        return new Socket(family, SocketType.Stream, ProtocolType.Tcp);
    }

    private static bool Overlaps(EndPoint? held, IPEndPoint wanted) =>
        held is IPEndPoint ip && ip.Port == wanted.Port && (IsWildcard(ip.Address) || IsWildcard(wanted.Address) || ip.Address.Equals(wanted.Address));

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static int GetOption(Socket socket, int option)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(SolSocket, option, value);
        return MemoryMarshal.Read<int>(value);
    }

    private static void SetOption(Socket socket, int option, int value) =>
        socket.SetRawSocketOption(SolSocket, option, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int CreateSocket(int domain, int type, int protocol);
}

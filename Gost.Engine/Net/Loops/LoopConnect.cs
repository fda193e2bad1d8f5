using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net.Loops;

/// <summary>Connects by TCP on an event loop: the caller's own, or the one with the least to do. Source: connect(2).</summary>
internal static unsafe class LoopConnect
{
    /// <summary>A connected stream, which the caller owns. Throws <see cref="FlowException"/> (dial).</summary>
    public static ValueTask<DuplexStream> RunAsync(EventLoopGroup loops, IPEndPoint to, SourceBinding binding, uint mark, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LoopStream stream;
        try
        {
            stream = Begin(loops, to, binding, mark);
        }
        catch (SocketException e)
        {
            throw DialErrors.Map(TargetNetwork.Tcp, to.ToString(), e);
        }

        return LoopConnecting.FinishAsync(stream, to, cancellationToken);
    }

    private static LoopStream Begin(EventLoopGroup loops, IPEndPoint to, SourceBinding binding, uint mark)
    {
        var loop = loops.Here();
        var handle = Create(to.AddressFamily, binding, mark);
        LoopSocketOptions.SetNoDelay(handle.Number);
        if (IPAddress.IsLoopback(to.Address))
        {
            loops.Options.Congestion?.Apply(handle.Number);
        }

        var raw = stackalloc byte[LoopAddress.Size];
        var length = LoopAddress.Write(new Span<byte>(raw, LoopAddress.Size), to);
        if (LinuxCalls.Connect(handle.Number, raw, length) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is not (LinuxErrors.InProgress or LinuxErrors.Interrupted))
            {
                handle.Dispose();
                throw LinuxErrors.ToException(error);
            }
        }

        // Watched from now on: what came of it already is told as an edge.
        LoopStream stream = new(handle, loop, null, to);
        stream.SetKeepAliveLater(TcpKeepAlive.Default);
        return stream;
    }

    private static DescriptorHandle Create(AddressFamily family, SourceBinding binding, uint mark)
    {
        if (mark == 0 && binding == default)
        {
            var number = family == AddressFamily.InterNetwork ? LinuxCalls.FamilyIpv4 : LinuxCalls.FamilyIpv6;
            var descriptor = LinuxCalls.CreateSocket(number, LinuxCalls.TypeStream | LinuxCalls.NonBlocking | LinuxCalls.CloseOnExec, 0);
            return descriptor >= 0 ? new DescriptorHandle(descriptor) : throw LinuxErrors.ToException(Marshal.GetLastPInvokeError());
        }

        // The rare case is set up by the framework, which words its errors for people; then the socket is known by a number of our own.
        using Socket socket = new(family, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        binding.Apply(socket, mark);
        var duplicate = LinuxCalls.Duplicate((int)socket.Handle);
        return duplicate >= 0 ? new DescriptorHandle(duplicate) : throw LinuxErrors.ToException(Marshal.GetLastPInvokeError());
    }
}

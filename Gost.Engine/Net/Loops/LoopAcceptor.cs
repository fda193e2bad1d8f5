using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net.Loops;

/// <summary>One loop's share in a listening socket, which it borrows.</summary>
internal sealed unsafe class LoopAcceptor(LoopAccepts owner, Socket listening, EventLoop loop) : ILoopHandler
{
    /// <summary>Connections of one turn: the rest is for the other loops, or the next turn.</summary>
    private const int AcceptsPerTurn = 4;

    private readonly SafeSocketHandle _handle = listening.SafeHandle;
    private ulong? _token;
    private int _calling;

    /// <summary>Whether the system is being asked for a connection at this moment.</summary>
    public bool IsCalling => Volatile.Read(ref _calling) != 0;

    /// <summary>Accepts from now on. Guarded by the owner, as <see cref="Unwatch"/>. Throws <see cref="SocketException"/>.</summary>
    public void Watch() => _token ??= loop.Register((int)_handle.DangerousGetHandle(), LoopEvents.Listening, this);

    /// <summary>Accepts no more, but for what is under way.</summary>
    public void Unwatch()
    {
        if (_token is { } token)
        {
            _token = null;
            var held = false;
            try
            {
                _handle.DangerousAddRef(ref held);
                loop.Unregister(token, (int)_handle.DangerousGetHandle());
            }
            catch (ObjectDisposedException)
            {
                // Closed, and with that watched no more.
                loop.Unregister(token);
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

    void ILoopHandler.OnEvents(LoopEvents events)
    {
        try
        {
            for (var left = AcceptsPerTurn; left > 0 && AcceptOne(); left--)
            {
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
    }

    /// <summary>Accepts a connection; false when there is none, or it must wait.</summary>
    private bool AcceptOne()
    {
        var raw = stackalloc byte[LoopAddress.Size];
        var length = LoopAddress.Size;
        var descriptor = Call(raw, &length, out var error);
        if (descriptor < 0)
        {
            if (error is LinuxErrors.Again or LinuxErrors.Interrupted)
            {
                return error == LinuxErrors.Interrupted;
            }

            return Failed(LinuxErrors.ToSocketError(error));
        }

        var remote = LoopAddress.Read(new ReadOnlySpan<byte>(raw, LoopAddress.Size));
        if (owner.Congestion is { } congestion && remote is not null && IPAddress.IsLoopback(remote.Address))
        {
            congestion.Apply(descriptor);
        }

        var home = owner.Loops.Balanced(loop);
        LoopStream stream;
        try
        {
            stream = new LoopStream(new DescriptorHandle(descriptor), home, owner.Local, remote);
        }
        catch (SocketException e)
        {
            return Failed(e.SocketErrorCode);
        }

        if (home != loop)
        {
            home.Post(new Arrival(owner, stream));
            return true;
        }

        return Admit(owner, stream);
    }

    private int Call(byte* address, int* length, out int error)
    {
        var held = false;
        Interlocked.Exchange(ref _calling, 1);
        try
        {
            // The number must not become another descriptor's in the middle of the call.
            _handle.DangerousAddRef(ref held);
            var descriptor = LinuxCalls.Accept((int)_handle.DangerousGetHandle(), address, length, LinuxCalls.NonBlocking | LinuxCalls.CloseOnExec);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            return descriptor;
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }

            Volatile.Write(ref _calling, 0);
        }
    }

    private bool Failed(SocketError error)
    {
        var failing = owner.FailAsync(error);
        if (failing.IsCompletedSuccessfully && AcceptErrors.Classify(error) == AcceptErrorTier.Peer)
        {
            return true;
        }

        owner.Suspend(failing);
        return false;
    }

    private static bool Admit(LoopAccepts owner, SocketStream stream)
    {
        var admission = owner.Target.AdmitAsync(stream);
        if (admission.IsCompletedSuccessfully)
        {
            admission.GetAwaiter().GetResult();
            return true;
        }

        owner.Suspend(LoopAccepts.WaitAsync(admission));
        return false;
    }

    /// <summary>A connection that lives on another loop than the one that accepted it.</summary>
    private sealed class Arrival(LoopAccepts owner, SocketStream stream) : ILoopWork
    {
        public void Run() => Admit(owner, stream);
    }
}

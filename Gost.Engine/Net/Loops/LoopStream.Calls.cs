using System.Net;

namespace Gost.Engine.Net.Loops;

/// <summary>What the stream asks of the kernel, with the descriptor held open meanwhile.</summary>
internal sealed unsafe partial class LoopStream
{
    private volatile TcpKeepAlive? _keepAliveLater;

    /// <summary>Bytes received, 0 = the end, or an error negated. Throws <see cref="ObjectDisposedException"/>.</summary>
    public int Receive(Span<byte> into, int flags)
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return LoopIo.Receive(_handle.Number, into, flags);
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <summary>Bytes sent, or an error negated. Throws <see cref="ObjectDisposedException"/>.</summary>
    public int Send(ReadOnlySpan<byte> what)
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return LoopIo.Send(_handle.Number, what);
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <summary>The socket's pending error, 0 = none.</summary>
    public int TakeError()
    {
        if (!TryHold())
        {
            return LinuxErrors.BadDescriptor;
        }

        int error;
        var length = sizeof(int);
        var answer = LinuxCalls.GetOption(_handle.Number, LinuxCalls.LevelSocket, LinuxCalls.OptionError, &error, &length);
        _handle.DangerousRelease();
        return answer == 0 ? error : LinuxErrors.BadDescriptor;
    }

    /// <summary>Keeps the descriptor open until <c>DangerousRelease</c> of the handle; false when it is closed.</summary>
    internal bool TryHold()
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        return held;
    }

    /// <inheritdoc/>
    internal override void SetKeepAlive(TcpKeepAlive keepAlive)
    {
        _keepAliveLater = null;
        if (TryHold())
        {
            LoopSocketOptions.SetKeepAlive(_handle.Number, keepAlive);
            _handle.DangerousRelease();
        }
    }

    /// <summary>
    /// Probes from the first time on that somebody waits for bytes, or that a pump finds the connection to last: most short ones end before, and spare the
    /// four calls.
    /// </summary>
    internal void SetKeepAliveLater(TcpKeepAlive keepAlive) => _keepAliveLater = keepAlive;

    /// <summary>The connection lasts: see <see cref="SetKeepAliveLater"/>.</summary>
    internal void Lasts()
    {
        if (_keepAliveLater is { } keepAlive)
        {
            SetKeepAlive(keepAlive);
        }
    }

    /// <summary>Closing resets the connection from now on.</summary>
    private void ResetOnClose()
    {
        if (TryHold())
        {
            // struct linger: on, no time.
            var linger = stackalloc int[2] { 1, 0 };
            _ = LinuxCalls.SetOption(_handle.Number, LinuxCalls.LevelSocket, LinuxCalls.OptionLinger, linger, 2 * sizeof(int));
            _handle.DangerousRelease();
        }
    }

    private void Shutdown(int how)
    {
        // One that is being aborted is to end with a reset, not in order.
        if (Volatile.Read(ref _ended) == 0 && TryHold())
        {
            // An error says that the connection is gone.
            _ = LinuxCalls.Shutdown(_handle.Number, how);
            _handle.DangerousRelease();
        }
    }

    private IPEndPoint? Ask(bool local)
    {
        if (!TryHold())
        {
            return null;
        }

        var raw = stackalloc byte[LoopAddress.Size];
        var length = LoopAddress.Size;
        var answer = local ? LinuxCalls.GetLocalAddress(_handle.Number, raw, &length) : LinuxCalls.GetPeerAddress(_handle.Number, raw, &length);
        _handle.DangerousRelease();
        return answer == 0 ? LoopAddress.Read(new ReadOnlySpan<byte>(raw, LoopAddress.Size)) : null;
    }
}

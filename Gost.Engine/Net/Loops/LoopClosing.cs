namespace Gost.Engine.Net.Loops;

/// <summary>Why calls of a <see cref="LoopWaiter"/> fail from now on.</summary>
internal enum LoopClosing : byte
{
    /// <summary>They do not.</summary>
    None,

    /// <summary>The stream was disposed: <see cref="ObjectDisposedException"/>.</summary>
    Disposed,

    /// <summary>The stream was aborted: <see cref="System.Net.Sockets.SocketException"/>, operation aborted.</summary>
    Aborted,
}

namespace Gost.Engine.Runtime;

/// <summary>Which way the bytes of plain sockets go.</summary>
public enum DataLane
{
    /// <summary>The kernel lane where the system has what it needs, else the portable one.</summary>
    Auto,

    /// <summary>Event loops of our own over epoll (Linux).</summary>
    Kernel,

    /// <summary>The framework's asynchronous sockets.</summary>
    Portable,
}

using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>Accepts on a listening socket, which it owns, the way of its lane.</summary>
/// <remarks>Disposing, after <see cref="Close"/>, ends when the target is called no more.</remarks>
internal interface IAcceptSource : IAsyncDisposable
{
    /// <summary>The lane of what it accepts.</summary>
    DataLane Lane { get; }

    /// <summary>Begins to accept, not on the caller's thread; once. Throws nothing.</summary>
    void Start(IAcceptTarget target);

    /// <summary>Closes the socket at once: the port is free when the call returns. Idempotent.</summary>
    void Close();
}

/// <summary>Takes what an <see cref="IAcceptSource"/> accepts. Any thread, also several at once.</summary>
internal interface IAcceptTarget
{
    /// <summary>
    /// Takes over a connection. Until the result is there nothing more should be accepted. Throws <see cref="OperationCanceledException"/> when the socket was
    /// closed meanwhile.
    /// </summary>
    ValueTask AdmitAsync(SocketStream stream);

    /// <summary>
    /// Accepting failed: go on when the result is there, if it is true. Throws <see cref="OperationCanceledException"/> when the socket was closed meanwhile.
    /// </summary>
    ValueTask<bool> FailedAsync(SocketError error);
}

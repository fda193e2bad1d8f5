using System.Net.Sockets;

namespace Gost.Engine.Net;

/// <summary>What an accept loop does about an error.</summary>
internal enum AcceptErrorTier
{
    /// <summary>A connection died in the backlog: go on at once.</summary>
    Peer,

    /// <summary>The system is short of something: wait, then go on.</summary>
    Resources,

    /// <summary>The listening socket is unusable: stop.</summary>
    Listener,
}

/// <summary>Sorts the errors of accept(2) into three tiers.</summary>
internal static class AcceptErrors
{
    /// <summary>The tier of an error; what is not known counts as a shortage, so that it can never spin.</summary>
    public static AcceptErrorTier Classify(SocketError error) => error switch
    {
        SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.Interrupted
            or SocketError.WouldBlock or SocketError.TryAgain or SocketError.ProtocolNotSupported or SocketError.ProtocolOption
            or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable
            or SocketError.TimedOut or SocketError.OperationNotSupported => AcceptErrorTier.Peer,
        SocketError.OperationAborted or SocketError.NotSocket or SocketError.InvalidArgument or SocketError.Fault
            or SocketError.Shutdown => AcceptErrorTier.Listener,
        _ => AcceptErrorTier.Resources,
    };
}

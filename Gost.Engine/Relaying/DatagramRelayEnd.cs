namespace Gost.Engine.Relaying;

/// <summary>What ended a datagram relay.</summary>
internal enum DatagramRelayEnd
{
    /// <summary>The client's session was closed: replied, idle, cut or its socket gone.</summary>
    ClientClosed,

    /// <summary>The way to the target was closed or broke.</summary>
    TargetClosed,

    /// <summary>The target's host answered that nobody takes the datagrams.</summary>
    TargetRefused,

    /// <summary>No datagram in either direction for the idle timeout.</summary>
    Idle,
}

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>What ended a pump of datagrams.</summary>
internal enum DatagramPumpEnd
{
    /// <summary>The client's session was closed.</summary>
    ClientClosed,

    /// <summary>The way to the target was closed or broke.</summary>
    TargetClosed,

    /// <summary>The target's host does not take datagrams, and the observer wanted that to be the end.</summary>
    TargetRefused,
}

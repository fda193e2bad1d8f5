namespace Gost.Engine.Protocols.Kcp;

/// <summary>Where the datagrams of one session go. Calls of one session do not overlap.</summary>
internal interface IPacketOutput
{
    /// <summary>
    /// Sends every datagram of the batch, which stays untouched until the call has ended; it waits only while the system takes no more. What is lost on the
    /// way is no error. False: the far end's host says that nobody is there. Throws when the way is closed.
    /// </summary>
    ValueTask<bool> SendAsync(PacketBatch batch);
}

using System.Net.Sockets;

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>Whose datagrams are in a <see cref="DatagramBatch"/>. Called on the loop's thread, while the batch is sent: must not use the batch.</summary>
internal interface IBatchOwner
{
    /// <summary>The way does not take runs. <paramref name="towardsClient"/>: the one to the client, else the one to the target.</summary>
    void StopJoining(bool towardsClient);

    /// <summary>A datagram could not be sent, or an earlier one was not taken by the far host.</summary>
    void SendFailed(SocketError error, bool towardsClient);
}

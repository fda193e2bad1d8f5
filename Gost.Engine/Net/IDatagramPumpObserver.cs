using System.Net.Sockets;

namespace Gost.Engine.Net;

/// <summary>Whom a pump of datagrams tells what it does. One call at a time; must not wait.</summary>
internal interface IDatagramPumpObserver
{
    /// <summary>Datagrams are about to be passed on.</summary>
    void Carried(long bytes, bool towardsTarget);

    /// <summary>The far host did not take a datagram; true = that is the end.</summary>
    bool Refused(SocketError error);

    /// <summary>The way cannot be used any more; the pump ends.</summary>
    void Broken(string reason);
}

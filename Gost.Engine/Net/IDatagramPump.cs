namespace Gost.Engine.Net;

/// <summary>What takes the datagrams of a <see cref="UdpSession"/> in place of a receiver.</summary>
internal interface IDatagramPump
{
    /// <summary>The session was closed. Any thread, once; must not wait.</summary>
    void ClientClosed();
}

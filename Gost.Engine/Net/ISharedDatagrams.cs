using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Net;

/// <summary>A bound UDP socket with what receives from it, as <see cref="DatagramSocketPool"/> shares it. Disposing ends everything on it.</summary>
internal interface ISharedDatagrams : IAsyncDisposable
{
    /// <summary>The bound address.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>The socket, for options that are set from outside.</summary>
    Socket Socket { get; }

    /// <summary>Closes the port before it returns.</summary>
    void Close();
}

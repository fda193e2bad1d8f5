using System.Net;

namespace Gost.Engine.Net;

/// <summary>What the sessions of a <see cref="UdpSessionTable"/> share: one way out to many clients, each known by a key of the port's own form.</summary>
internal interface IDatagramPort
{
    /// <summary>Where the clients send to.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>
    /// A key for <paramref name="client"/> that stays as it is while the caller goes on using the object, equal to it by <see cref="object.Equals(object)"/>,
    /// and the client's address.
    /// </summary>
    (object Key, EndPoint Peer) Identify(object client);

    /// <summary>Sends one datagram; any thread, several at once.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> payload, object to, CancellationToken cancellationToken);
}

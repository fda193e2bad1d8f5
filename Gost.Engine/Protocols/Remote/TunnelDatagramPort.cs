using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Remote;

/// <summary>A tunnel of datagrams as the port of its sessions; clients are known by <see cref="Target"/>. Borrows the channel.</summary>
internal sealed class TunnelDatagramPort(IDatagramChannel channel, EndPoint? bound) : IDatagramPort
{
    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => bound;

    /// <inheritdoc/>
    public (object Key, EndPoint Peer) Identify(object client)
    {
        var target = (Target)client;
        return (target, IPAddress.TryParse(target.Host, out var ip) ? new IPEndPoint(ip, target.Port) : new DnsEndPoint(target.Host, target.Port));
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, object to, CancellationToken cancellationToken) =>
        channel.SendAsync(payload, (Target)to, cancellationToken);
}

using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// Begins KCP conversations with a node. There is no handshake: a node that does not answer is found out by what is over it. Source:
/// spec/wire/transports.md section 7.
/// </summary>
internal sealed class KcpDialer(KcpTransport transport, EngineServices engine) : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
    {
        var channel = await node.OpenDatagrams(cancellationToken);
        var conversation = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        return transport.Open(KcpConnection.Start(channel, conversation, transport, engine));
    }
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Gost.Ssh;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>Dialer <c>ssh</c>: each stream is a tunnel channel. Source: spec/wire/ssh.md section 5.</summary>
internal sealed class SshTunnelClient : SshClientSession
{
    private readonly TimeSpan? _hold;

    /// <summary>Takes over a connection that has logged in.</summary>
    public SshTunnelClient(SshConnection connection, Target node, EndPoint? local, EndPoint? remote, TimeSpan hold, EngineServices engine)
        : base(connection, node, local, remote, engine) => _hold = SshPeers.KeepsDirections(connection.PeerIdentification) ? null : hold;

    /// <inheritdoc/>
    public override async ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        try
        {
            var channel = await OpenChannelAsync(SshPeers.TunnelChannel, ReadOnlyMemory<byte>.Empty, cancellationToken);
            return new SshChannelStream(channel, Local, Remote, Engine.Time, _hold);
        }
        catch (SshException e)
        {
            throw new FlowException(
                FlowLayer.Handshake, FlowError.Unsupported, $"the SSH server opens no tunnel channel: {e.Message}; is it gost with listener ssh? for others use sshd", e);
        }
    }
}

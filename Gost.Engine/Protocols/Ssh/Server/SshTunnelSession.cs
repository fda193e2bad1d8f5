using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Gost.Ssh;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>Listener <c>ssh</c>: each tunnel channel is a stream of the service's own protocol. Source: spec/wire/ssh.md section 5.</summary>
internal sealed class SshTunnelSession(SshLogin login, IInboundSink sink, SshLoginRules rules, TimeSpan hold, EngineServices engine)
    : SshServerSession(login, sink, rules, engine)
{
    private readonly TimeSpan? _hold = SshPeers.KeepsDirections(login.Connection.PeerIdentification) ? null : hold;

    /// <inheritdoc/>
    protected override async ValueTask OnChannelAsync(SshChannelOpening opening, CancellationToken closing)
    {
        if (opening.Type != SshPeers.TunnelChannel)
        {
            await opening.RejectAsync(SshOpenRefusal.UnknownChannelType, $"this server takes channels {SshPeers.TunnelChannel} only");
            return;
        }

        SshChannelStream stream = new(opening.Accept(), Login.Inbound.Local, Client, Engine.Time, _hold);
        try
        {
            if (await OfferAsync(ticket => new Inbound(stream, Client, Login.Inbound.Peer, Login.Inbound.Local) { Ticket = ticket }, closing))
            {
                return;
            }
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        await stream.DisposeAsync();
    }
}

using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Ssh.Client;
using Gost.Engine.Protocols.Ssh.Server;

namespace Gost.Engine.Protocols.Ssh;

/// <summary>
/// <c>sshd</c>: port forwarding as any SSH client and server does it, in both roles. <c>ssh</c>: a transport whose streams are channels of one
/// connection. Source: spec/wire/ssh.md.
/// </summary>
internal sealed class SshModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("sshd", static context => SshListener.Build(context, tunnels: false), ActingMembers.Auth);
        builder.Listeners.Add("ssh", static context => SshListener.Build(context, tunnels: true), ActingMembers.Auth);
        builder.Handlers.Add("sshd", static context => new SshdHandler(context));
        builder.Dialers.Add("sshd", static context => SshDialer.Build(context, tunnels: false), ActingMembers.Auth);
        builder.Dialers.Add("ssh", static context => SshDialer.Build(context, tunnels: true), ActingMembers.Auth);
        builder.Connectors.Add("sshd", static _ => new SshdConnector());
    }
}

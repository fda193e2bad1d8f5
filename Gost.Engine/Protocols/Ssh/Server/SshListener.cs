using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Tcp;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>Builds the listeners <c>sshd</c> and <c>ssh</c>: SSH over accepted TCP connections.</summary>
internal static class SshListener
{
    /// <summary>Reads the options and builds the listener. <paramref name="tunnels"/>: <c>ssh</c>, whose channels are the streams of another protocol.</summary>
    public static TcpInboundListener Build(ListenerBuildContext context, bool tunnels)
    {
        var options = SshListenerOptions.Bind(context.Metadata);
        SshLoginRules rules = new(context.Service, options, context.Engine);
        if (!tunnels)
        {
            return TcpInboundListener.Build(
                context,
                (sink, handshakes) => new SshSink(sink, rules, handshakes, context.Engine, login => new SshdSession(login, sink, rules, context.Engine)));
        }

        var hold = SshHold.Read(context.Metadata);
        return TcpInboundListener.Build(
            context,
            (sink, handshakes) => new SshSink(sink, rules, handshakes, context.Engine, login => new SshTunnelSession(login, sink, rules, hold, context.Engine)));
    }
}

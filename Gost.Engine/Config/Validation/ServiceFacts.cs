using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>What a service is, from its types.</summary>
internal static class ServiceFacts
{
    /// <summary>Whether the listener is made to bind through its chain.</summary>
    public static bool BindsRemotely(ServiceConfig config) => config.Listener?.Type is "rtcp" or "rudp" or "runix";

    /// <summary>The transport whose port the service takes on this host; null when it takes none, or none that is known.</summary>
    public static string? LocalTransport(ServiceConfig config)
    {
        var isRemote = BindsRemotely(config) && (config.Listener!.Chain.Length > 0 || config.Listener.ChainGroup is not null);
        return isRemote ? null : ListenerType(config) switch
        {
            "udp" or "rudp" or "quic" or "kcp" or "dtls" or "http3" or "h3" or "wt" or "redu" or "dns" => "udp",
            "tcp" or "rtcp" or "tls" or "mtcp" or "mtls" or "ws" or "wss" or "mws" or "mwss" or "http2" or "h2" or "h2c" or "grpc" or "ssh"
                or "sshd" or "ohttp" or "otls" or "pht" or "phts" or "red" or "redir" or "redirect" => "tcp",
            _ => null,
        };
    }

    private static string ListenerType(ServiceConfig config) => config.Listener?.Type is { Length: > 0 } type ? type : "tcp";
}

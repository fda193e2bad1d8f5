using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;
using Gost.Engine.Security;
using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>Who may log in to a listener, and with what. Immutable; files are read again at each login. Source: spec/wire/ssh.md section 2.</summary>
internal sealed class SshLoginRules(ServiceConfig service, SshListenerOptions options, EngineServices engine)
{
    /// <summary>The service's name.</summary>
    public string Service => service.Name;

    /// <summary>The listener's options.</summary>
    public SshListenerOptions Options => options;

    /// <summary>The passwords that are taken.</summary>
    public FlowAuthenticator Passwords { get; } = FlowAuthenticator.Build(service.Listener, engine);

    /// <summary>Whether everyone may log in: nothing is configured, as in GOST.</summary>
    public bool IsOpen => Passwords.IsOpen && options.AuthorizedKeys is null;

    /// <summary>Whether a client that may not try passwords now has nothing else to try.</summary>
    public bool AsksForPasswordsOnly => !Passwords.IsOpen && options.AuthorizedKeys is null;

    /// <summary>The keys that prove this host; they live as long as the engine.</summary>
    public async ValueTask<IReadOnlyList<SshPrivateKey>> HostKeysAsync(CancellationToken cancellationToken) =>
        options.HostKey is { } own ? [own] : await engine.HostKeys.OwnAsync(cancellationToken);
}

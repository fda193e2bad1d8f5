using System.Collections.Immutable;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>
/// The credentials that a handler asks its clients for: <c>auther</c> or <c>authers</c>, any of which may accept, else the inline <c>auth</c>. Immutable; the
/// named authers are looked up at each check. Source: spec/config.md section 7, design.md section 1 (a missing auther accepts nobody).
/// </summary>
internal sealed class FlowAuthenticator
{
    private readonly ImmutableArray<NamedRef<Auther>> _authers;
    private readonly CredentialTable? _inline;

    private FlowAuthenticator(ImmutableArray<NamedRef<Auther>> authers, CredentialTable? inline) => (_authers, _inline) = (authers, inline);

    /// <summary>True when nothing is configured: everyone may pass.</summary>
    public bool IsOpen => _authers.IsEmpty && _inline is null;

    /// <summary>Reads what a handler names.</summary>
    public static FlowAuthenticator Build(HandlerConfig? handler, EngineServices engine) =>
        handler is null ? new FlowAuthenticator([], null) : Build(handler.Auther, handler.Authers, handler.Auth, engine);

    /// <summary>Reads what a listener names whose transport asks for credentials.</summary>
    public static FlowAuthenticator Build(ListenerConfig? listener, EngineServices engine) =>
        listener is null ? new FlowAuthenticator([], null) : Build(listener.Auther, listener.Authers, listener.Auth, engine);

    private static FlowAuthenticator Build(string auther, IEnumerable<string> more, AuthConfig? own, EngineServices engine)
    {
        var names = more.Prepend(auther).Where(static x => x.Length > 0).Distinct(StringComparer.Ordinal);
        ImmutableArray<NamedRef<Auther>> authers = [.. names.Select(engine.Objects.Authers.Get)];
        var inline = authers.IsEmpty && own is { } auth && (auth.Username.Length > 0 || auth.Password.Length > 0)
            ? new CredentialTable([(auth.Username, auth.Password)])
            : null;
        return new FlowAuthenticator(authers, inline);
    }

    /// <summary>Whether the credentials may pass; takes the same time whichever part is wrong.</summary>
    public bool Authenticate(string username, string password)
    {
        if (_inline is not null)
        {
            return _inline.Accepts(username, password);
        }

        var accepted = _authers.IsEmpty;
        foreach (var auther in _authers)
        {
            // No short cut, so that the time does not tell which one knows the user.
            accepted |= auther.Current?.Authenticate(username, password) == true;
        }

        return accepted;
    }
}

using Gost.Ssh.Keys;
using Gost.Ssh.Transport;

namespace Gost.Ssh;

/// <summary>
/// How a server takes clients. A hook that is null takes its method off the list that clients are shown. Hooks compare in constant time and take as long
/// for a user who does not exist as for one who does; what a client is told does not depend on whether the user exists.
/// </summary>
public sealed record SshServerOptions
{
    /// <summary>The keys that prove the server, at least one. The caller owns them and keeps them while connections live, which sign again with them.</summary>
    public required IReadOnlyList<SshPrivateKey> HostKeys { get; init; }

    /// <summary>Whether the password is that of the user; also decides keyboard-interactive.</summary>
    public Func<string, string, CancellationToken, ValueTask<bool>>? Password { get; init; }

    /// <summary>Whether the user may log in with the key. Called before the client has proved that the key is its own, and again when it has.</summary>
    public Func<string, SshPublicKey, CancellationToken, ValueTask<bool>>? PublicKey { get; init; }

    /// <summary>Everyone may log in without a proof.</summary>
    public bool AllowNone { get; init; }

    /// <summary>Called after each try that failed with its user and method; may take its time, and ends the connection by giving false.</summary>
    public Func<string, string, CancellationToken, ValueTask<bool>>? Failed { get; init; }

    /// <summary>Tries that may fail before the connection is ended.</summary>
    public int MaxAuthTries { get; init; } = 6;

    /// <summary>How long a client may take from its first byte to being logged in.</summary>
    public TimeSpan LoginGraceTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What holds for either side.</summary>
    public SshConnectionOptions Connection { get; init; } = new();

    /// <summary>Algorithms, limits and the clock of the transport.</summary>
    public SshTransportOptions Transport { get; init; } = new();
}

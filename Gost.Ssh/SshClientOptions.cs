using Gost.Ssh.Keys;
using Gost.Ssh.Transport;

namespace Gost.Ssh;

/// <summary>How a client connects. Secrets in it are shown nowhere.</summary>
public sealed record SshClientOptions
{
    /// <summary>The user to log in as.</summary>
    public string UserName { get; init; } = "";

    /// <summary>The password, also the answer to each prompt of keyboard-interactive; null = none.</summary>
    public string? Password { get; init; }

    /// <summary>The keys to log in with, tried in order and before the password. The caller owns them; they are used only while connecting.</summary>
    public IReadOnlyList<SshPrivateKey> PrivateKeys { get; init; } = [];

    /// <summary>Throws <see cref="SshException"/> with <see cref="SshFailure.HostKey"/> to refuse the server's key; null takes every key.</summary>
    public Func<SshPublicKey, CancellationToken, ValueTask>? HostKeyCheck { get; init; }

    /// <summary>How long nothing may come from the server before it is asked for a sign of life; zero = it never is.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>How long the server may take for that sign.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many signs in a row may be missing before the connection is given up; at least 1.</summary>
    public int KeepAliveRetries { get; init; } = 1;

    /// <summary>What holds for either side.</summary>
    public SshConnectionOptions Connection { get; init; } = new();

    /// <summary>Algorithms, limits and the clock of the transport.</summary>
    public SshTransportOptions Transport { get; init; } = new();

    /// <summary>Names the user, never a secret.</summary>
    public override string ToString() => $"{nameof(SshClientOptions)} {{ {nameof(UserName)} = {UserName} }}";
}

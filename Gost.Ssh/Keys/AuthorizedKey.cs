using System.Net;

namespace Gost.Ssh.Keys;

/// <summary>A line of <c>authorized_keys</c>: a key, from where it may come, and what it may forward. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT.</summary>
public sealed record AuthorizedKey
{
    /// <summary>The key.</summary>
    public required SshPublicKey Key { get; init; }

    /// <summary>What stands behind the key, as a rule whose it is.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Addresses the client may have, as patterns separated by commas; null = any.</summary>
    public string? From { get; init; }

    /// <summary>Until when the key is taken; null = for ever.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the key may forward at all.</summary>
    public bool AllowsForwarding { get; init; } = true;

    /// <summary>The only targets it may open; null = any.</summary>
    public IReadOnlyList<PermittedTarget>? PermitOpen { get; init; }

    /// <summary>The only listeners it may have; null = any.</summary>
    public IReadOnlyList<PermittedTarget>? PermitListen { get; init; }

    /// <summary>Whether a client with this address may use the key now. An unknown address is covered by no pattern.</summary>
    public bool IsTaken(IPAddress? client, DateTimeOffset now)
    {
        if (ExpiresAt <= now)
        {
            return false;
        }

        var address = client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client;
        return From is null || (address is not null && HostPatterns.MatchesAny(From, [address.ToString()], address));
    }

    /// <summary>Whether it may reach a target; names are compared as they are written.</summary>
    public bool AllowsOpen(string host, int port) =>
        AllowsForwarding && (PermitOpen is null || PermitOpen.Any(x => x.Covers(host, port, isPattern: false)));

    /// <summary>Whether it may have a listener; the host is the one that the client writes.</summary>
    public bool AllowsListen(string host, int port) =>
        AllowsForwarding && (PermitListen is null || PermitListen.Any(x => x.Covers(host, port, isPattern: true)));
}

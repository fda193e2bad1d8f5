using System.Net;
using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>What a client that has logged in may ask for.</summary>
internal sealed class SshGrant
{
    /// <summary>No limits: who logged in with a password, or with a key that has none.</summary>
    public static SshGrant Everything { get; } = new();

    /// <summary>Whether sockets of the file system may be opened.</summary>
    public bool MayOpenSockets => true;

    /// <summary>Whether a target may be reached.</summary>
    public bool MayOpen(string host, int port) => true;

    /// <summary>Whether an address may be listened on.</summary>
    public bool MayListen(string host, int port) => true;

    /// <summary>What the key may do by the file; null = it may not log in.</summary>
    public static async ValueTask<SshGrant?> FindAsync(
        string file, SshPublicKey key, EndPoint client, Action<string> refused, CancellationToken cancellationToken)
    {
        foreach (var line in await File.ReadAllLinesAsync(file, cancellationToken))
        {
            if (line.StartsWith("ssh-", StringComparison.Ordinal) && SshPublicKey.Parse(line).Equals(key))
            {
                return Everything;
            }
        }

        return null;
    }
}

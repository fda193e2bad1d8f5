using System.Net;
using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>What a client that has logged in may ask for: everything, or what the line of its key allows.</summary>
internal sealed class SshGrant
{
    private readonly AuthorizedKey? _key;

    private SshGrant(AuthorizedKey? key) => _key = key;

    /// <summary>No limits: who logged in with a password, or needed none.</summary>
    public static SshGrant Everything { get; } = new(null);

    /// <summary>Whether sockets of the file system may be opened; not by a key that is limited to some targets.</summary>
    public bool MayOpenSockets => _key is null || (_key.AllowsForwarding && _key.PermitOpen is null);

    /// <summary>Whether a target may be reached.</summary>
    public bool MayOpen(string host, int port) => _key?.AllowsOpen(host, port) ?? true;

    /// <summary>Whether an address may be listened on.</summary>
    public bool MayListen(string host, int port) => _key?.AllowsListen(host, port) ?? true;

    /// <summary>
    /// What a key may do by a file of authorized keys, which is read each time, so that a line that was taken out is out; null = it may not log in.
    /// <paramref name="refused"/> is told of a file, or lines, that cannot be used.
    /// </summary>
    public static SshGrant? Find(string file, SshPublicKey key, EndPoint client, DateTimeOffset now, Action<string> refused)
    {
        AuthorizedKeys keys;
        try
        {
            keys = AuthorizedKeys.Parse(KeyFile.ReadText(file));
        }
        catch (Exception e) when (KeyFile.IsUnreadable(e))
        {
            refused(e.Message);
            return null;
        }

        foreach (var line in keys.Refused)
        {
            refused($"line {line.Line}: {line.Reason}");
        }

        return keys.Find(key, (client as IPEndPoint)?.Address, now) is { } found ? new SshGrant(found) : null;
    }
}

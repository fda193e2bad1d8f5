using Gost.Engine.Config;
using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>Options of the listeners <c>sshd</c> and <c>ssh</c>. Source: spec/forwarding.md section 12.</summary>
/// <param name="HostKey">The key of <c>privateKeyFile</c>; null = the keys that are made once and kept in the store.</param>
/// <param name="AuthorizedKeys">File with the keys that may log in, whatever the user; null = none may.</param>
/// <param name="Backlog">Channels and requests of one connection that wait for their answer; more are refused.</param>
/// <param name="HandshakeTime">How long a client may take to log in.</param>
internal sealed record SshListenerOptions(SshPrivateKey? HostKey, string? AuthorizedKeys, int Backlog, TimeSpan HandshakeTime)
{
    private const int DefaultBacklog = 128;
    private const int MaxBacklog = 4096;
    private static readonly TimeSpan DefaultHandshakeTime = TimeSpan.FromSeconds(30);

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static SshListenerOptions Bind(MetadataReader metadata)
    {
        var backlog = (int)metadata.GetInt(DefaultBacklog, int.MinValue, MaxBacklog, "backlog");
        var time = metadata.GetTimeout(DefaultHandshakeTime, "handshakeTimeout");
        var authorized = metadata.GetString("authorizedKeys");
        if (authorized is { Length: > 0 } && KeyFile.Check(authorized) is { } fault)
        {
            metadata.Findings.Add(new Finding(metadata.Pointer + "/authorizedKeys", fault));
        }

        return new SshListenerOptions(
            KeyFile.Read(metadata),
            string.IsNullOrEmpty(authorized) ? null : authorized,
            backlog > 0 ? backlog : DefaultBacklog,
            time > TimeSpan.Zero ? time : DefaultHandshakeTime);
    }
}

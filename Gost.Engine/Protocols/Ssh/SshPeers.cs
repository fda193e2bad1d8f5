using System.Net;

namespace Gost.Engine.Protocols.Ssh;

/// <summary>What is known of SSH peers and their texts.</summary>
internal static class SshPeers
{
    /// <summary>The type of GOST's tunnel channels. Source: spec/wire/ssh.md section 5.</summary>
    public const string TunnelChannel = "gost-tunnel";

    private const string Ourselves = "SSH-2.0-Gost_";

    /// <summary>Whether the peer is this program, which ends the directions of tunnel channels one by one.</summary>
    public static bool KeepsDirections(string identification) => identification.StartsWith(Ourselves, StringComparison.Ordinal);

    /// <summary>The address that a peer tells of somebody; <paramref name="otherwise"/> where it is none.</summary>
    public static EndPoint EndPointOf(string host, long port, EndPoint otherwise) =>
        IPAddress.TryParse(host, out var address) && port is >= 0 and <= IPEndPoint.MaxPort ? new IPEndPoint(address, (int)port) : otherwise;
}

using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Ssh;

/// <summary>The option <c>halfCloseHold</c> of tunnels, as multiplexed transports have it.</summary>
internal static class SshHold
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(1);

    /// <summary>How long an end of ours is held back from a peer that takes it for the end of both directions.</summary>
    public static TimeSpan Read(MetadataReader metadata) => metadata.GetTimeout(Default, "halfCloseHold");
}

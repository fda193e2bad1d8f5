namespace Gost.Engine.Routing;

/// <summary>What selection knows of a node besides its health. Source: spec/forwarding.md section 2.</summary>
/// <param name="Weight">Share of <c>random</c>; at least 1.</param>
/// <param name="Backup">Used only while no other node is there.</param>
/// <param name="MaxFails">Failures that make it failed; at least 1.</param>
/// <param name="FailTimeout">How long it stays failed after the last failure; positive.</param>
/// <param name="Priority">Higher goes first; 0 = none.</param>
internal sealed record NodeTraits(int Weight, bool Backup, long MaxFails, TimeSpan FailTimeout, long Priority)
{
    /// <summary>A node about which nothing is said.</summary>
    public static NodeTraits Default { get; } = new(1, false, 1, TimeSpan.FromSeconds(10), 0);
}

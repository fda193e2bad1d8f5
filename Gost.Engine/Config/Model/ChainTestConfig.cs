using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>What a test of a chain is to try: the body of <c>POST /config/chains/{name}/test</c>.</summary>
public sealed record ChainTestConfig
{
    /// <summary>Where to, <c>host:port</c>.</summary>
    public string Target { get; init; } = "";

    /// <summary><c>tcp</c> (also when empty) or <c>udp</c>.</summary>
    public string Network { get; init; } = "";

    /// <summary>How long the test may take; zero = 15 s, which is the most.</summary>
    public GoDuration Timeout { get; init; }
}

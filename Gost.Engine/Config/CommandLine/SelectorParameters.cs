using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.CommandLine;

/// <summary>The parameters that become a selector. Source: spec/cli.md section 5.</summary>
internal static class SelectorParameters
{
    private static readonly GoDuration DefaultFailTimeout = new(30_000_000_000);

    /// <summary>The selector, null when no parameter asks for one; what is used is removed, as written only.</summary>
    public static SelectorConfig? Take(ParameterSet parameters, ArgumentFindings findings)
    {
        var strategy = parameters.Find("strategy") ?? "";
        var maxFails = parameters.FindInt(findings, "maxFails", "max_fails");
        var failTimeout = parameters.FindDuration(findings, "failTimeout", "fail_timeout");
        if (strategy.Length == 0 && maxFails <= 0 && failTimeout.Nanoseconds <= 0)
        {
            return null;
        }

        parameters.RemoveExact("strategy", "maxFails", "max_fails", "failTimeout", "fail_timeout");
        return new SelectorConfig
        {
            Strategy = strategy.Length > 0 ? strategy : "round",
            MaxFails = maxFails > 0 ? maxFails : 1,
            FailTimeout = failTimeout.Nanoseconds > 0 ? failTimeout : DefaultFailTimeout,
        };
    }
}

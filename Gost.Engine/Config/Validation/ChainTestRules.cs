using System.Collections.Immutable;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>What a test of a chain may ask for.</summary>
internal static class ChainTestRules
{
    /// <summary>The longest test, and the one when nothing is said.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>Every finding of the body.</summary>
    public static ImmutableArray<Finding> Check(ChainTestConfig config)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        if (config.Target.Length == 0)
        {
            findings.Add(new Finding("/target", "the target is required: host:port, 192.168.1.1:80 for one"));
        }
        else if (!HostPort.TryParse(config.Target, out var target, out var fault))
        {
            findings.Add(new Finding("/target", $"the target {JsonPointer.Shorten(config.Target)} {fault.Message}", Suggestion: fault.Suggestion));
        }
        else if (target.Port == 0)
        {
            findings.Add(new Finding("/target", "the target has no port"));
        }

        if (config.Network.ToLowerInvariant() is not ("" or "tcp" or "udp"))
        {
            findings.Add(new Finding("/network", $"unknown network {JsonPointer.Shorten(config.Network)}; use tcp or udp"));
        }

        if (config.Timeout.Nanoseconds < 0 || config.Timeout.ToTimeSpan() > Longest)
        {
            findings.Add(new Finding("/timeout", "a test takes 15s at most"));
        }

        return findings.ToImmutable();
    }
}

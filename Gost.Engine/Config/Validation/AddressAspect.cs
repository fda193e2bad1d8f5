using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>The address a service listens on.</summary>
internal sealed class AddressAspect : Aspect<ServiceConfig>
{
    // Their addr is a path, a device or nothing at all.
    private static readonly string[] Elsewhere = ["unix", "runix", "serial", "stdio", "tun", "tap", "tungo", "icmp", "icmp6"];

    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        // An empty addr is a free port of the system's choice (contract.md, Values).
        if (config.Addr.Length == 0 || Elsewhere.Contains(config.Listener?.Type))
        {
            return;
        }

        if (!HostPort.TryParse(config.Addr, out _, out var fault))
        {
            var hint = fault.Suggestion is null ? "" : $"; did you mean {fault.Suggestion}?";
            report.Error("/addr", $"the address {JsonPointer.Shorten(config.Addr)} {fault.Message}{hint}", fault.Suggestion);
        }
    }
}

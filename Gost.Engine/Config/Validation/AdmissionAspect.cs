using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Validation;

/// <summary>Matchers of an admission: IP addresses and CIDRs; names are not resolved (spec/config.md section 8).</summary>
internal sealed class AdmissionAspect : Aspect<AdmissionConfig>
{
    /// <inheritdoc/>
    protected override void Check(AdmissionConfig config, Report report)
    {
        for (var i = 0; i < config.Matchers.Count; i++)
        {
            if (!IsAddressOrNetwork(config.Matchers[i].Trim()))
            {
                report.Error(
                    $"/matchers/{i}",
                    $"{JsonPointer.Shorten(config.Matchers[i])} is neither an IP address nor a network such as 192.168.0.0/16; names are not resolved here");
            }
        }

        var isWhitelist = config.Whitelist || config.Reverse;
        SourceRules.CheckSources(report, config.Reload, config.File, config.Redis, config.Http, config.Plugin, isWhitelist
            ? "its matchers are not loaded, so the addresses in it are refused"
            : "its matchers are not loaded, so everybody is refused");
        if (isWhitelist && config is { Matchers.Count: 0, File: null })
        {
            report.Warn("/matchers", "an empty whitelist refuses everybody");
        }
    }

    private static bool IsAddressOrNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(address, out var ip) || (ip.AddressFamily == AddressFamily.InterNetwork && address.Count('.') != 3))
        {
            return false;
        }

        return slash < 0
            || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && length <= (ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Reads the method (as the user name) and the password. Source: spec/wire/shadowsocks.md section 1.</summary>
internal static class ShadowsocksCredentials
{
    /// <summary>The key; null = it cannot be made, which is a finding.</summary>
    public static ShadowsocksKey? Read(AuthConfig? auth, MetadataReader metadata)
    {
        var (method, password) = (auth?.Username ?? "", auth?.Password ?? "");
        if (method.Length == 0)
        {
            return Refuse($"Shadowsocks needs a method as user name and a password: {ShadowsocksMethod.Names}, for one ss://aes-256-gcm:PASSWORD@:8388");
        }

        if (method.StartsWith("2022-", StringComparison.OrdinalIgnoreCase))
        {
            return Refuse($"method {method} (SIP022) is not supported by this build: take {ShadowsocksMethod.Names}, at both ends");
        }

        if (ShadowsocksMethod.Find(method) is not { } known)
        {
            return Refuse($"method {method} is not known: it must be {ShadowsocksMethod.Names}");
        }

        return password.Length > 0 || known.KeySize == 0
            ? ShadowsocksKey.Derive(known, password)
            : Refuse($"method {method} needs a password");

        ShadowsocksKey? Refuse(string message)
        {
            metadata.Findings.Add(new Finding(PlaceOf(metadata, "auth"), message));
            return null;
        }
    }

    /// <summary>The pointer to a member beside the metadata.</summary>
    public static string PlaceOf(MetadataReader metadata, string member) => metadata.Pointer.Replace("/metadata", "/" + member, StringComparison.Ordinal);
}

using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Socks;

/// <summary>What the handlers of all versions read alike. Source: spec/wire/socks5.md section 9.</summary>
internal static class SocksOptions
{
    private static readonly TimeSpan DefaultReadTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long greeting and request may take as a whole: 15 s unless another time is given.</summary>
    public static TimeSpan ReadTimeout(MetadataReader metadata) =>
        metadata.GetTimeout(DefaultReadTimeout, "readTimeout") is var given && given > TimeSpan.Zero ? given : DefaultReadTimeout;
}

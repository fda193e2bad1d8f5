using System.Net.Security;

namespace Gost.Engine.Security;

/// <summary>A TLS stream that keeps why its peer's certificate was refused, since the options, and so the check, are shared by many.</summary>
internal sealed class TlsPeer(Stream inner) : SslStream(inner, leaveInnerStreamOpen: false)
{
    /// <summary>The reason in words; null = it was not refused.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The outcome of a check, which <paramref name="sender"/> is told; <paramref name="whose"/> goes before the reason's "certificate".</summary>
    public static bool Accept(object sender, string? refusal, string whose = "")
    {
        if (refusal is not null && sender is TlsPeer peer)
        {
            peer.Refusal = whose.Length == 0 ? refusal : refusal.Replace("certificate", whose + "certificate", StringComparison.Ordinal);
        }

        return refusal is null;
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Security;

/// <summary>
/// Certificates of one engine that no service has for itself: the defaults, which the control plane swaps when the document's <c>tls</c> changes and which the
/// next handshake sees, and those made by the engine. Any thread.
/// </summary>
internal sealed class TlsMaterial
{
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private TlsDefaults? _defaults;

    public TlsMaterial(TimeProvider time, ILoggerFactory loggers)
    {
        (_time, _loggers) = (time, loggers);
        SelfSigned = new SelfSignedCertificates(time);
    }

    /// <summary>Certificates made here.</summary>
    public SelfSignedCertificates SelfSigned { get; }

    /// <summary>What is in force; compiled at first need while there is no document.</summary>
    public TlsDefaults Defaults => Volatile.Read(ref _defaults) ?? UseNone();

    /// <summary>Compiles a document's <c>tls</c>; nothing is in force until <see cref="Use"/>.</summary>
    public TlsDefaults Compile(TlsConfig? settings, List<Finding> findings) => TlsDefaults.Compile(settings, _time, _loggers, findings);

    /// <summary>Puts defaults into force for the handshakes to come.</summary>
    public void Use(TlsDefaults defaults) => Volatile.Write(ref _defaults, defaults);

    private TlsDefaults UseNone()
    {
        var none = Compile(null, []);
        return Interlocked.CompareExchange(ref _defaults, none, null) ?? none;
    }
}

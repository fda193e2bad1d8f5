using Gost.Engine.Catalog;

namespace Gost.Engine.Config.Validation;

/// <summary>The type names that the build at hand can run, and the members that each acts on.</summary>
internal sealed record SupportedTypes(
    IReadOnlyDictionary<string, ActingMembers> Listeners,
    IReadOnlyDictionary<string, ActingMembers> Handlers,
    IReadOnlyDictionary<string, ActingMembers> Dialers,
    IReadOnlyDictionary<string, ActingMembers> Connectors)
{
    /// <summary>Whether any type acts on TLS settings, so that the document's own <c>tls</c> can matter.</summary>
    public bool SpeakTls => Listeners.Values.Concat(Handlers.Values).Any(static x => x.HasFlag(ActingMembers.Tls));
}

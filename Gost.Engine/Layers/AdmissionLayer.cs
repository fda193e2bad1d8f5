using System.Net;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;
using Gost.Engine.Security;

namespace Gost.Engine.Layers;

/// <summary>
/// Who may use a service: every admission it names must admit the client. Names are looked up per connection, so that a change of an
/// admission is in force at once; a name without an admission admits nobody. Source: contract.md (Protective members never fail open).
/// </summary>
internal sealed class AdmissionLayer
{
    private readonly NamedRef<Admission>[] _admissions;

    private AdmissionLayer(NamedRef<Admission>[] admissions)
    {
        _admissions = admissions;
    }

    /// <summary>The layer of a service that names <c>admission</c>, <c>admissions</c>, both or neither.</summary>
    public static AdmissionLayer Build(ServiceConfig service, EngineServices engine)
    {
        string[] names = [.. service.Admissions.Prepend(service.Admission).Where(static x => x.Length > 0).Distinct(StringComparer.Ordinal)];
        return new AdmissionLayer([.. names.Select(engine.Objects.Admissions.Get)]);
    }

    /// <summary>Whether the far end may connect. What has no IP address is admitted only where nothing is asked.</summary>
    public bool Admits(EndPoint? client)
    {
        foreach (var admission in _admissions)
        {
            if (client is not IPEndPoint ip || admission.Current?.Admits(ip.Address) != true)
            {
                return false;
            }
        }

        return true;
    }
}

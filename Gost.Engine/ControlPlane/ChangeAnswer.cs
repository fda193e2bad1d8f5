using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;

namespace Gost.Engine.ControlPlane;

/// <summary>What a change answers.</summary>
internal static class ChangeAnswer
{
    /// <summary>The revision of what was changed: the object's, or for documents and removals the store's.</summary>
    public static long Revision(ChangeRequest request, DesiredState state) => request switch
    {
        CreateObject x => state.Find(x.Kind, x.Config.Name.Trim())?.Revision ?? state.Revision,
        ReplaceObject x => state.Find(x.Kind, x.Name)?.Revision ?? state.Revision,
        _ => state.Revision,
    };

    /// <summary>Services could not be made ready; a finding for each.</summary>
    public static ChangeRefused CannotPrepare(IReadOnlyList<PrepareFailure> failures, Candidate candidate)
    {
        ImmutableArray<Finding> findings =
        [
            .. failures.Select(x => candidate.Place(
                new ObjectKey(ConfigKind.Services, x.Service.Name),
                new Finding(x.Fault.Layer == FlowLayer.Bind ? "/addr" : "", $"create service {x.Service.Name} failed: {x.Fault.Message}"))),
        ];
        return new ChangeRefused(ChangeRefusal.CannotPrepare, findings[0].Message, findings);
    }

    /// <summary>The store refused.</summary>
    public static ChangeRefused NotStored(StoreException fault) =>
        new(fault.Error == StoreError.DiskFull ? ChangeRefusal.DiskFull : ChangeRefusal.StoreUnavailable, fault.Message, []);
}

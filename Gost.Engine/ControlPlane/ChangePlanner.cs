using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;

namespace Gost.Engine.ControlPlane;

/// <summary>A planned change, or why it is refused.</summary>
internal sealed record PlannedChange(Candidate? Candidate, ImmutableArray<Finding> Findings, ChangeRefused? Refused);

/// <summary>Turns a request into a validated candidate; nothing is touched.</summary>
internal sealed class ChangePlanner(SupportedTypes supported, string? filesFolder, TimeProvider time)
{
    /// <summary>Plans a request over the state in force.</summary>
    public PlannedChange Plan(ChangeRequest request, DesiredState before)
    {
        if (request is ImportDocument or ApplySources or ReapplyState && !Matches(request, before.Revision))
        {
            return Refuse(ChangeRefusal.PreconditionFailed, $"If-Match: the store is at revision {before.Revision}");
        }

        CandidateBuilder builder = new(before, time.GetUtcNow());
        switch (request)
        {
            case CreateObject x:
                var named = x.Config with { Name = x.Config.Name.Trim() };
                if (before.Find(x.Kind, named.Name) is not null)
                {
                    return Refuse(ChangeRefusal.Exists, $"{x.Kind.Noun} {named.Name} already exists");
                }

                if (x.IfMatch is not null)
                {
                    return Refuse(ChangeRefusal.PreconditionFailed, $"If-Match: {x.Kind.Noun} {named.Name} does not exist yet");
                }

                builder.Put(x.Kind, named);
                return Check(builder.Build(), Validate(x.Kind, named));

            case ReplaceObject x:
                if (FindCurrent(before, x.Kind, x.Name, x, out var refused) is null)
                {
                    return refused;
                }

                var replacement = x.Config with { Name = x.Name };
                builder.Put(x.Kind, replacement);
                return Check(builder.Build(), Validate(x.Kind, replacement));

            case DeleteObject x:
                if (FindCurrent(before, x.Kind, x.Name, x, out refused) is not { } victim)
                {
                    return refused;
                }

                builder.Remove(victim);
                return Check(builder.Build(), []);

            case ImportDocument x:
                if (x.Replace)
                {
                    builder.Replace(x.Document);
                }
                else
                {
                    builder.Merge(x.Document, origin: null);
                }

                return Check(builder.Build(), Validate(x.Document, restricted: true));

            case ApplySources x:
                builder.Reconcile(x.Document);
                return Check(builder.Build(), Validate(x.Document, restricted: false));

            default:
                return Check(builder.Build(), []);
        }
    }

    /// <summary>Findings of a stored object, as the build sees it now.</summary>
    public ImmutableArray<Finding> ValidateStored(DesiredObject value) =>
        ConfigValidator.ValidateObject(value.Kind, value.Config, new ValidationContext(supported, filesFolder, FilesRestricted: false));

    private static PlannedChange Check(Candidate candidate, ImmutableArray<Finding> findings)
    {
        // Forward references are legal; taking away what others use is worth a word.
        HashSet<ObjectKey> changed = [.. candidate.Upserts.Concat(candidate.Removed).Select(static x => x.Key)];
        var state = ConfigValidator.ValidateState(candidate.State, changed);
        ImmutableArray<Finding> all =
        [
            .. findings
                .Concat(state.Select(x => candidate.Place(x.Key, x.Finding)))
                .Distinct()
                .OrderBy(static x => x.Severity),
        ];
        return all.FirstOrDefault(static x => x.Severity == FindingSeverity.Error) is { } error
            ? new PlannedChange(candidate, all, new ChangeRefused(ChangeRefusal.Invalid, error.Message, all))
            : new PlannedChange(candidate, all, null);
    }

    private static DesiredObject? FindCurrent(DesiredState before, ConfigKind kind, string name, ChangeRequest request, out PlannedChange refused)
    {
        var value = before.Find(kind, name);
        refused = value is null
            ? Refuse(ChangeRefusal.NotFound, $"{kind.Noun} {name} not found")
            : Refuse(ChangeRefusal.PreconditionFailed, $"If-Match: {kind.Noun} {name} is at revision {value.Revision}");
        return value is not null && Matches(request, value.Revision) ? value : null;
    }

    private static bool Matches(ChangeRequest request, long revision) =>
        request.IfMatch is not { Count: > 0 } wanted || wanted.Contains(revision);

    private static PlannedChange Refuse(ChangeRefusal reason, string message) => new(null, [], new ChangeRefused(reason, message, []));

    private ImmutableArray<Finding> Validate(ConfigKind kind, NamedConfig config) =>
        ConfigValidator.ValidateObject(kind, config, new ValidationContext(supported, filesFolder, FilesRestricted: true));

    private ImmutableArray<Finding> Validate(GostConfig document, bool restricted) =>
        ConfigValidator.ValidateDocument(document, new ValidationContext(supported, filesFolder, restricted));
}

using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.ControlPlane;

/// <summary>Decides what of a candidate has to be built, and how strictly. Used under the control plane's writer lock.</summary>
internal sealed class ChangeCompiler(ChangePlanner planner, RuntimeGraph graph, ObjectWarnings warnings, ILogger logger)
{
    /// <summary>Whether a service that cannot be made ready refuses the change; a reload is not refused by what had failed before.</summary>
    public static bool Matters(PrepareFailure failure, ChangeRequest request, Candidate candidate) => request switch
    {
        ReapplyState => false,
        ApplySources => candidate.Upserts.Any(x => ReferenceEquals(x.Config, failure.Service)),
        _ => true,
    };

    /// <summary>Builds what the change adds and replaces, plans what it removes; gives the findings, seen from what was sent.</summary>
    public async ValueTask<IReadOnlyList<Finding>> CompileAsync(ApplyTransaction change, ChangeRequest request, Candidate candidate)
    {
        List<Finding> findings = [];
        HashSet<ObjectKey> done = [];
        if (candidate.Singletons is { } singletons && singletons.Tls != candidate.Before.Singletons.Tls)
        {
            findings.AddRange(change.CompileTls(singletons.Tls, evenIfBroken: false));
        }

        foreach (var value in candidate.Upserts.Concat(AskedAgain(request, candidate)))
        {
            if (done.Add(value.Key))
            {
                findings.AddRange((await change.CompileAsync(value.Config)).Select(x => candidate.Place(value.Key, x)));
            }
        }

        foreach (var value in candidate.Removed)
        {
            change.Remove(value.Key);
        }

        if (request is ReapplyState or ApplySources)
        {
            // A reload reads files again and gives what failed another try; neither can refuse it.
            foreach (var value in candidate.State.Objects.Values.Where(x => !Runs(x) || ReadsFile(x.Config)))
            {
                if (done.Add(value.Key))
                {
                    await CompileStoredAsync(change, value);
                }
            }
        }

        return findings;
    }

    /// <summary>
    /// Adds to the findings that refuse a change those of its services' options, so that all are answered at once. Other kinds are not built:
    /// they would read files that may be the very thing refused; so would a service with certificates.
    /// </summary>
    public static async ValueTask<ChangeRefused> CompleteAsync(ApplyTransaction change, ChangeRefused refused, Candidate candidate)
    {
        List<Finding> findings = [.. refused.Findings];
        foreach (var value in candidate.Upserts.Where(static x => x.Config is ServiceConfig service && !NamesTlsFile(service)))
        {
            foreach (var finding in (await change.CompileAsync(value.Config)).Select(x => candidate.Place(value.Key, x)))
            {
                if (!findings.Any(x => JsonPointer.Overlap(x.Pointer, finding.Pointer)))
                {
                    findings.Add(finding);
                }
            }
        }

        return refused with { Findings = [.. findings.OrderBy(static x => x.Severity)] };
    }

    /// <summary>
    /// Builds everything, for the start. What the command line or a file asks for and cannot work is given and ends the start; what is stored and cannot
    /// work fails alone.
    /// </summary>
    public async ValueTask<IReadOnlyList<Finding>> CompileAllAsync(ApplyTransaction change, Candidate candidate)
    {
        var isGiven = candidate.Singletons is not null;
        var errors = change.CompileTls(candidate.State.Singletons.Tls, evenIfBroken: !isGiven).Where(static x => x.Severity == FindingSeverity.Error).ToList();
        if (!isGiven && errors.Count > 0)
        {
            logger.ObjectFailed("tls", errors[0].Message);
            errors.Clear();
        }

        foreach (var value in ConfigKind.All.SelectMany(candidate.State.OfKind))
        {
            if (!candidate.Prefixes.ContainsKey(value.Key))
            {
                await CompileStoredAsync(change, value);
                continue;
            }

            var findings = await change.CompileAsync(value.Config);
            errors.AddRange(findings.Where(static x => x.Severity == FindingSeverity.Error).Select(x => candidate.Place(value.Key, x)));
        }

        return errors;
    }

    /// <summary>A stored object that cannot run here fails alone: a service is marked, anything else stays away, so that its users fail closed.</summary>
    public async ValueTask CompileStoredAsync(ApplyTransaction change, DesiredObject value)
    {
        var error = FirstError(planner.ValidateStored(value)) ?? FirstError(await change.CompileAsync(value.Config));
        if (error is null)
        {
            return;
        }

        if (value.Config is ServiceConfig service)
        {
            change.Refuse(service, error.Message);
        }
        else
        {
            logger.ObjectFailed(value.Key.ToString(), error.Message);
            change.Refuse(value.Key, error);
        }
    }

    /// <summary>False for a service that is wanted but does not run, and for another object that is not in force.</summary>
    public bool Runs(DesiredObject value) => value.Kind == ConfigKind.Services
        ? graph.Find(value.Config.Name) is null or { Current: not null }
        : !warnings.IsRefused(value.Key);

    private static bool ReadsFile(NamedConfig config) =>
        config is AutherConfig { File: not null } or AdmissionConfig { File: not null } or HostsConfig { File: not null } or HopConfig { File: not null }
        || (config is AutherConfig auther && auther.Auths.Any(static x => x.File.Length > 0));

    private static bool NamesTlsFile(ServiceConfig service) =>
        new[] { service.Listener?.Tls, service.Handler?.Tls }.Any(static x => x is not null && (x.CertFile + x.KeyFile + x.CaFile).Length > 0);

    // A PUT of what is wanted already, but does not run, has to bring it up or say why it cannot.
    private IEnumerable<DesiredObject> AskedAgain(ChangeRequest request, Candidate candidate) =>
        request is ReplaceObject x && candidate.State.Find(x.Kind, x.Name) is { } value && !Runs(value) ? [value] : [];

    private static Finding? FirstError(ImmutableArray<Finding> findings) => findings.FirstOrDefault(static x => x.Severity == FindingSeverity.Error);
}

using System.Collections.Immutable;
using Gost.Engine.Config;

namespace Gost.Engine.ControlPlane;

/// <summary>What a change does, by key (<c>services/a</c>), in order.</summary>
/// <param name="Added">New objects.</param>
/// <param name="Changed">Replaced objects.</param>
/// <param name="Removed">Objects that go.</param>
/// <param name="Restarted">Services whose address moves, so that their accept socket is another one.</param>
public sealed record ChangePlan(
    ImmutableArray<string> Added,
    ImmutableArray<string> Changed,
    ImmutableArray<string> Removed,
    ImmutableArray<string> Restarted);

/// <summary>Why a change was refused.</summary>
public enum ChangeRefusal
{
    /// <summary>Findings in what was sent, or types that cannot run here: 400.</summary>
    Invalid,

    /// <summary>The name exists: 409, code 40002.</summary>
    Exists,

    /// <summary>No such object: 404.</summary>
    NotFound,

    /// <summary>A port is taken by another process, or another failure to prepare: 409, code 40003.</summary>
    CannotPrepare,

    /// <summary>If-Match did not match: 412.</summary>
    PreconditionFailed,

    /// <summary>The store is read-only, or not loaded yet: 503.</summary>
    StoreUnavailable,

    /// <summary>No space left: 507.</summary>
    DiskFull,
}

/// <summary>The outcome of <see cref="IControlPlane.ApplyAsync"/>.</summary>
public abstract record ChangeResult;

/// <summary>Done (or, for a dry run, possible). <c>Revision</c> is the object's or, for documents, the store's; an unchanged object keeps its own.</summary>
public sealed record ChangeApplied(long Revision, ChangePlan Plan, ImmutableArray<Finding> Warnings, bool DryRun) : ChangeResult;

/// <summary>Refused; nothing was changed. <paramref name="Message"/> is for people; findings may be empty.</summary>
public sealed record ChangeRefused(ChangeRefusal Reason, string Message, ImmutableArray<Finding> Findings) : ChangeResult;

using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Engine.ControlPlane;

/// <summary>A change that somebody asks for. One path serves all of them (design.md section 2).</summary>
public abstract record ChangeRequest
{
    /// <summary>Validate and plan only; bind and store nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>When flows of replaced or removed services are ended; null = they live on.</summary>
    public TimeSpan? Drain { get; init; }

    /// <summary>
    /// Revisions of which one must be the current one (of the object; of the store for imports and reloads); null = any. An empty list stands for
    /// <c>*</c>: the object must exist.
    /// </summary>
    public IReadOnlyList<long>? IfMatch { get; init; }
}

/// <summary>POST of one object: refused when the name exists.</summary>
public sealed record CreateObject(ConfigKind Kind, NamedConfig Config) : ChangeRequest;

/// <summary>PUT of one object: refused when there is none. <c>Config.Name</c> is ignored; <paramref name="Name"/> stays.</summary>
public sealed record ReplaceObject(ConfigKind Kind, string Name, NamedConfig Config) : ChangeRequest;

/// <summary>DELETE of one object.</summary>
public sealed record DeleteObject(ConfigKind Kind, string Name) : ChangeRequest;

/// <summary>Import of a document: merge replaces same-named objects in place and appends new ones; replace makes every kind the document.</summary>
public sealed record ImportDocument(GostConfig Document, bool Replace) : ChangeRequest;

/// <summary>Start with, or reload of, command line and files: reconciles the objects of origin <see cref="ObjectOrigin.Sources"/> with the document.</summary>
public sealed record ApplySources(GostConfig Document) : ChangeRequest;

/// <summary>Reload without sources: applies the desired state again and retries failed services at once.</summary>
public sealed record ReapplyState : ChangeRequest;

using System.Collections.Immutable;

namespace Gost.Engine.Config.Nodes;

/// <summary>Collects findings up to a bound, so that a text made of mistakes does not make an answer larger than itself.</summary>
internal sealed class FindingList
{
    /// <summary>More findings than this are only counted.</summary>
    public const int Limit = 200;

    private readonly List<Finding> _findings = [];
    private int _more;

    /// <summary>Whether an error was added.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Whether further findings are only counted; callers skip costly texts then.</summary>
    public bool IsFull => _findings.Count >= Limit;

    public void Add(Finding finding)
    {
        HasErrors |= finding.Severity == FindingSeverity.Error;
        if (IsFull)
        {
            _more++;
            return;
        }

        _findings.Add(finding);
    }

    /// <summary>The findings, and as the last one how many were left out.</summary>
    public ImmutableArray<Finding> ToImmutable() => _more == 0
        ? [.. _findings]
        : [.. _findings, new Finding("", $"and {_more} more", HasErrors ? FindingSeverity.Error : FindingSeverity.Warning)];
}

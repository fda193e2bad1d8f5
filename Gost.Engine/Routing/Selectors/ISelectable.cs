namespace Gost.Engine.Routing.Selectors;

/// <summary>A node, hop or chain that one of several is selected from. Any thread.</summary>
internal interface ISelectable
{
    /// <summary>Share of <c>random</c>; at least 1.</summary>
    int Weight { get; }

    /// <summary>Used only while no other is there.</summary>
    bool IsBackup { get; }

    /// <summary>Higher goes first; 0 = none.</summary>
    long Priority { get; }

    /// <summary>Whether it is left out now because of its failures.</summary>
    bool IsFailed { get; }

    /// <summary>Whether it takes the flow at all.</summary>
    bool Accepts(in RouteQuery query);
}

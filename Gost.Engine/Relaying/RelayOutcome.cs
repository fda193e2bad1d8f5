namespace Gost.Engine.Relaying;

/// <summary>Which side ended a relay, and how.</summary>
internal enum RelayOutcome
{
    /// <summary>Not ended yet.</summary>
    None,

    /// <summary>Both directions ended properly, the client's first.</summary>
    ClientEnded,

    /// <summary>Both directions ended properly, the target's first.</summary>
    TargetEnded,

    /// <summary>The client's connection broke.</summary>
    ClientFailed,

    /// <summary>The target's connection broke.</summary>
    TargetFailed,

    /// <summary>No byte moved in either direction for the idle timeout.</summary>
    IdleTimeout,

    /// <summary>A stream was aborted or disposed from this side.</summary>
    Aborted,
}

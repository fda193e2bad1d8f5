namespace Gost.Engine.Abstractions;

/// <summary>The step of a flow that failed.</summary>
public enum FlowLayer
{
    Bind,
    Accept,
    Select,
    Resolve,
    Dial,
    Tls,
    Handshake,
    Authentication,
    Connect,
    Associate,
    Relay,
}

/// <summary>Why a step failed, as far as it matters for what to do next.</summary>
public enum FlowError
{
    Failed,
    Refused,
    Unreachable,
    TimedOut,
    Unresolved,
    AddressInUse,
    NotPermitted,
    OutOfDescriptors,
    Unauthenticated,
    Unsupported,
    NoNode,
    Stopped,
}

/// <summary>A flow could not be set up. Carries what a status shows: layer, hop and node.</summary>
public sealed class FlowException(FlowLayer layer, FlowError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The step that failed.</summary>
    public FlowLayer Layer { get; } = layer;

    /// <summary>The kind of failure.</summary>
    public FlowError Error { get; } = error;

    /// <summary>The hop at fault, where a chain was.</summary>
    public string? Hop { get; init; }

    /// <summary>The node or target at fault.</summary>
    public string? Node { get; init; }

    /// <summary>True when the chain, and not the target behind it, was at fault.</summary>
    public bool InChain => Hop is not null;
}

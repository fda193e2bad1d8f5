using System.Collections.Immutable;
using Gost.Engine.Abstractions;

namespace Gost.Engine.ControlPlane;

/// <summary>How a test of a chain went.</summary>
/// <param name="Took">All of it.</param>
/// <param name="Steps">What was done, in the order in which it ended.</param>
/// <param name="Error">Why the target was not reached; null = it was.</param>
public sealed record ChainTestResult(TimeSpan Took, ImmutableArray<ChainTestStep> Steps, ServiceError? Error);

/// <summary>
/// One step: at which hop and node, what was done (resolve and dial a node, or connect through the one before; tls or handshake of its transport;
/// connect or associate to the target), with which address, how long it took, and why it failed (null = it did not).
/// </summary>
public sealed record ChainTestStep(string Hop, string Node, FlowLayer Layer, string Address, TimeSpan Took, string? Error);

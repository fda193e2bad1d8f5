namespace Gost.Engine.Runtime;

/// <summary>The lane that a setting demands cannot be had here; the message says why and what to change.</summary>
public sealed class LaneRefusedException(string message) : IOException(message);

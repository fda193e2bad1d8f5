namespace Gost.Engine.Runtime;

/// <summary>Which lane an engine has taken, and why.</summary>
/// <param name="Lane"><see cref="DataLane.Kernel"/> or <see cref="DataLane.Portable"/>.</param>
/// <param name="Loops">Event loops; 0 in the portable lane.</param>
/// <param name="Spin">How long a loop that was busy just now looks for events before it sleeps; zero = never.</param>
/// <param name="Splices">Whether large amounts go from socket to socket within the kernel.</param>
/// <param name="Reason">Why this lane, or what of it is missing here.</param>
public sealed record LaneStatus(DataLane Lane, int Loops, TimeSpan Spin, bool Splices, string Reason);

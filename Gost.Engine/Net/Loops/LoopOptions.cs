namespace Gost.Engine.Net.Loops;

/// <summary>How the event loops of an engine work.</summary>
/// <param name="Loops">How many: one per core.</param>
/// <param name="Spin">How long a loop that has just been busy looks for events before it sleeps; zero = never.</param>
/// <param name="CanSplice">Whether bytes may go from socket to socket through a pipe.</param>
internal sealed record LoopOptions(int Loops, TimeSpan Spin, bool CanSplice)
{
    /// <summary>What sockets whose other end is on this host get; null = what the system gives.</summary>
    public LoopbackCongestion? Congestion { get; init; }
}

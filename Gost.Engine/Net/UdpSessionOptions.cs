namespace Gost.Engine.Net;

/// <summary>How the sessions of a UDP listener live. Source: spec/forwarding.md section 6.</summary>
internal sealed record UdpSessionOptions
{
    /// <summary>False: a session closes right after its first reply. True: when idle, see <see cref="Ttl"/>.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>Period of the idle check: a session without a datagram in either direction closes after one to two of it.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes taken of a client's datagram; what is longer is cut.</summary>
    public int ReadBufferSize { get; init; } = 4096;

    /// <summary>Datagrams of one client that wait for the target; more are dropped.</summary>
    public int ReadQueueSize { get; init; } = 128;

    /// <summary>New sessions whose handler does not read yet; datagrams of further clients are dropped.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>No sessions: each datagram is a flow of its own and gets at most one reply.</summary>
    public bool Stateless { get; init; }
}

namespace Gost.Engine.Net.Loops;

/// <summary>What epoll tells of a descriptor, and how it is watched. Source: epoll_ctl(2).</summary>
[Flags]
internal enum LoopEvents : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HangUp = 0x10,
    PeerEnded = 0x2000,
    Exclusive = 1u << 28,
    EdgeTriggered = 1u << 31,

    /// <summary>How connections are watched: told once per change, registered once.</summary>
    Connection = Readable | Writable | PeerEnded | EdgeTriggered,

    /// <summary>How listening sockets are watched by several loops: mostly one of them is woken.</summary>
    Listening = Readable | Exclusive,
}

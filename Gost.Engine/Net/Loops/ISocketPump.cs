namespace Gost.Engine.Net.Loops;

/// <summary>What has taken over the events of streams.</summary>
internal interface ISocketPump
{
    /// <summary>
    /// Something happened to one of its streams. On the thread of the loop that the stream is on, or of one that it has just left or is about to go to: what such
    /// a loop tells, the one where it stays tells anew.
    /// </summary>
    void OnEvents(LoopStream stream, LoopEvents events);

    /// <summary>One of its streams was aborted or disposed. Any thread.</summary>
    void Closed();
}

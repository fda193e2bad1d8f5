namespace Gost.Engine.Net.Loops;

/// <summary>What has taken over the events of streams.</summary>
internal interface ISocketPump
{
    /// <summary>Something happened to one of its streams. On the loop's thread.</summary>
    void OnEvents(LoopStream stream, LoopEvents events);

    /// <summary>One of its streams was aborted or disposed. Any thread.</summary>
    void Closed();
}

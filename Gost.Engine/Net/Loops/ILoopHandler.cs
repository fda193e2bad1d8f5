namespace Gost.Engine.Net.Loops;

/// <summary>What is told of a descriptor's events. Called on the loop's thread; must not wait.</summary>
internal interface ILoopHandler
{
    /// <summary>Something happened. May also come once more after the descriptor was unregistered by another thread.</summary>
    void OnEvents(LoopEvents events);
}

/// <summary>Work that a loop's thread does later; one object can be reused for many turns. Must not wait.</summary>
internal interface ILoopWork
{
    /// <summary>Does it, on the loop's thread.</summary>
    void Run();
}

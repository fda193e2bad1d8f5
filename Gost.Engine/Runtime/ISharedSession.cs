namespace Gost.Engine.Runtime;

/// <summary>A connection that carries flows of many owners. Disposing ends it with all of them.</summary>
internal interface ISharedSession : IAsyncDisposable
{
    /// <summary>Ends when the session has ended, whoever ended it; never faults.</summary>
    Task Completion { get; }

    /// <summary>Takes no new flows; ends when the last one has.</summary>
    void CloseWhenIdle();
}

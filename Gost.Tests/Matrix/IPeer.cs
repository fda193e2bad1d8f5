namespace Gost.Tests.Matrix;

/// <summary>One end of a pair: runs services from command lines. Dispose ends them.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>
    /// Starts one service, in which <c>{port}</c> stands for a free port of the peer's choice, over the given forwards; returns the port it serves.
    /// Returns when it does, also where that port is at the far end of a tunnel.
    /// </summary>
    Task<int> StartAsync(string listen, params string[] forwards);
}

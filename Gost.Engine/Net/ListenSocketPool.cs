namespace Gost.Engine.Net;

/// <summary>TCP and unix listening sockets that outlive the configurations that use them: leased by bind address, counted.</summary>
internal sealed class ListenSocketPool : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

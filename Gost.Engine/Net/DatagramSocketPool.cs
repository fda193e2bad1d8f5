namespace Gost.Engine.Net;

/// <summary>Bound UDP sockets with their session tables, leased by bind address, counted.</summary>
internal sealed class DatagramSocketPool : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

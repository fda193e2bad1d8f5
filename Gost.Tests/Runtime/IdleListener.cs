using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Tests.Runtime;

/// <summary>A listener that accepts nothing, breaks when told to, and is disposed as late as told to.</summary>
internal sealed class IdleListener : IListener
{
    /// <summary>Ends the listener.</summary>
    public TaskCompletionSource Broken { get; } = new();

    /// <summary>Lets disposing end.</summary>
    public TaskCompletionSource Released { get; } = new();

    public EndPoint? LocalEndPoint => null;

    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task RunAsync(IInboundSink sink, CancellationToken stopping) => Broken.Task.WaitAsync(stopping);

    public ValueTask DisposeAsync() => new(Released.Task);
}

using Gost.Engine.Abstractions;
using Gost.Engine.ControlPlane;
using Gost.Engine.Relaying;

namespace Gost.Engine.Runtime;

/// <summary>One live flow of a service, from its admission until its handler has ended. Owns the inbound.</summary>
internal sealed class Flow(Inbound inbound, ServiceGeneration generation, DateTimeOffset since, long startedAt)
{
    private Task? _closing;

    public long Id => inbound.Id;

    public Inbound Inbound => inbound;

    public ServiceGeneration Generation => generation;

    /// <summary>Time stamp of the engine's clock when it was admitted.</summary>
    public long StartedAt => startedAt;

    /// <summary>The handler's work; set before the flow is visible to others.</summary>
    public Task Served { get; set; } = Task.CompletedTask;

    /// <summary>Ends the flow now; its handler sees broken streams. Any thread, idempotent.</summary>
    public void Abort()
    {
        inbound.Stream?.Abort();
        if (inbound.RelayedTo is DuplexStream target)
        {
            StreamEnd.Of(target);
        }
        else if (Volatile.Read(ref _closing) is null)
        {
            Volatile.Write(ref _closing, CloseDatagramsAsync());
        }
    }

    /// <summary>Disposes the inbound once its handler has ended.</summary>
    public async Task CloseAsync()
    {
        if (Volatile.Read(ref _closing) is { } closing)
        {
            await closing;
        }

        await inbound.DisposeAsync();
    }

    /// <summary>Closes the channels of the client and of the target, as far as there are any, at once: neither waits for the other.</summary>
    private Task CloseDatagramsAsync()
    {
        var client = inbound.Channel?.DisposeAsync() ?? ValueTask.CompletedTask;
        var target = inbound.RelayedTo is IDatagramChannel channel ? channel.DisposeAsync() : ValueTask.CompletedTask;
        return client.IsCompletedSuccessfully && target.IsCompletedSuccessfully ? Task.CompletedTask : Task.WhenAll(client.AsTask(), target.AsTask());
    }

    /// <summary>The flow as the API shows it.</summary>
    public ConnectionInfo Describe() => new(
        Id,
        inbound.Stream is not null ? "tcp" : "udp",
        EndPointText.Of(inbound.Client),
        inbound.Counters.Target,
        since,
        inbound.Counters.InputBytes,
        inbound.Counters.OutputBytes);
}

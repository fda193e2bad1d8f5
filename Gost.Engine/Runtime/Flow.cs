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
        if (inbound.Stream is { } stream)
        {
            stream.Abort();
            if (inbound.RelayedTo is { } target)
            {
                StreamEnd.Of(target);
            }
        }
        else if (inbound.Channel is { } channel && Volatile.Read(ref _closing) is null)
        {
            Volatile.Write(ref _closing, channel.DisposeAsync().AsTask());
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

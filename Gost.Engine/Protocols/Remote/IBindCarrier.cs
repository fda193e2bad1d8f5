using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Remote;

/// <summary>What carries the connections of one TCP bind to the client that asked for it. Any thread.</summary>
internal interface IBindCarrier : IAsyncDisposable
{
    /// <summary>Ends when the client has left or has cut the bind: its connections end as well.</summary>
    Task Ended { get; }

    /// <summary>Ends when the client wants no further connections; those that are there live on.</summary>
    Task Cancelled { get; }

    /// <summary>Whether nothing was heard from the client for so long that it is probably gone, so that it may take its address over from itself.</summary>
    bool IsSilent { get; }

    /// <summary>Tells the client that its address is bound; streams may be opened from then on. Throws <see cref="FlowException"/> when it has left.</summary>
    ValueTask StartAsync(IPEndPoint bound, CancellationToken cancellationToken);

    /// <summary>Tells the client that it gets no bind; throws nothing when it has left.</summary>
    ValueTask RefuseAsync(FlowException reason, CancellationToken cancellationToken);

    /// <summary>The address is free again.</summary>
    void Freed();

    /// <summary>Ends the bind without waiting.</summary>
    void End();

    /// <summary>Opens the way for a connection from <paramref name="peer"/>; the caller owns it. Throws <see cref="FlowException"/>.</summary>
    ValueTask<DuplexStream> OpenAsync(EndPoint peer, CancellationToken cancellationToken);
}

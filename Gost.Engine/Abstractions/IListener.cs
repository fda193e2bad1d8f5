using System.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Abstractions;

/// <summary>Takes accepted flows.</summary>
public interface IInboundSink
{
    /// <summary>True: the sink owns the flow now. False: the caller disposes it.</summary>
    bool TryAccept(Inbound inbound);

    /// <summary>Whether flows are taken at all now; what keeps sessions for a sink that is not lets them end.</summary>
    bool IsOpen => true;

    /// <summary>A temporary fault of accepting (out of descriptors, tunnel broken), or null when it is over.</summary>
    void ReportFault(FlowException? fault);

    /// <summary>
    /// One client failed before there was a flow: its handshake did not come about. Counts as an error of the service and is its last one; the service
    /// stays as it is. Sinks that stand between pass it on.
    /// </summary>
    void ReportFailure(FlowException failure);

    /// <summary>Byte and drop totals of the service, which listeners with own queues count into.</summary>
    TrafficTotals Totals { get; }
}

/// <summary>Where flows of a service come from.</summary>
/// <remarks>Order of calls: <see cref="BindAsync"/> once, then <see cref="RunAsync"/> once, then dispose. A listener that never ran may be disposed at once.</remarks>
public interface IListener : IAsyncDisposable
{
    /// <summary>The bound address, after <see cref="BindAsync"/>.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>The lane of its flows where they are plain sockets of this host and the address is bound; else null.</summary>
    DataLane? Lane => null;

    /// <summary>
    /// False while the address is not bound although <see cref="BindAsync"/> has succeeded: at a far end it is bound by <see cref="RunAsync"/>, which
    /// reports no fault (null) to its sink each time it has.
    /// </summary>
    bool IsBound => true;

    /// <summary>
    /// Everything that may fail when a change is applied. Another generation's listener may hold the same socket: it goes on
    /// accepting until <see cref="RunAsync"/> of this one takes over. Throws <see cref="FlowException"/> (layer bind).
    /// </summary>
    ValueTask BindAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Pushes flows into <paramref name="sink"/> until stopped. The take-over of a shared socket happens synchronously, before the first
    /// await; after <paramref name="stopping"/> is cancelled and the task ended nothing is accepted for this sink. Flows already accepted live on; one
    /// whose handshake had begun may still be offered while the socket is open: a sink that takes no more answers false.
    /// </summary>
    Task RunAsync(IInboundSink sink, CancellationToken stopping);
}

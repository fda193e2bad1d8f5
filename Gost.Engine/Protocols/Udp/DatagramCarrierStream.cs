using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Udp;

/// <summary>What the <c>udp</c> dialer gives: not a stream but datagrams. Who takes it for a stream is told so by a <see cref="FlowException"/>.</summary>
internal sealed class DatagramCarrierStream(IDatagramChannel datagrams) : DuplexStream, IDatagramCarrier
{
    private const string Advice =
        "dialer udp carries datagrams, over which only the connectors ssu and forward speak, for UDP: take a stream transport (tcp, tls, ws...) for the node";

    /// <inheritdoc/>
    public IDatagramChannel Datagrams => datagrams;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => null;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => null;

    /// <summary>The refusal of a connector that wants a stream.</summary>
    public static FlowException Refusal() => new(FlowLayer.Handshake, FlowError.Unsupported, Advice);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromException<int>(Refusal());

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromException(Refusal());

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => Dispose();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await datagrams.DisposeAsync();
        await base.DisposeAsync();
    }
}

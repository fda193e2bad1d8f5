using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Connector <c>ssu</c>: over the <c>udp</c> dialer packets of their own, over a stream a Shadowsocks stream with datagrams in it.
/// Source: spec/wire/shadowsocks.md sections 4 and 7.
/// </summary>
internal sealed class ShadowsocksDatagramConnector(ShadowsocksClient client) : IConnector
{
    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) => client.FailAsync<DuplexStream>(
        via, new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "connector ssu carries UDP only: take ss for TCP"));

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        try
        {
            if (CarriedDatagrams.Of(via) is { } carried)
            {
                return client.Open(carried, to);
            }

            // The server does not look at the address of the stream: each datagram has one of its own.
            var any = to ?? new Target(TargetNetwork.Udp, "0.0.0.0", 0);
            return new FramedDatagramChannel(await client.OpenAsync(via, any), to, ushort.MaxValue, client.Buffers);
        }
        catch (FlowException e)
        {
            return await client.FailAsync<IDatagramChannel>(via, e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken) => client.FailAsync<IListener>(
        via, new FlowException(FlowLayer.Bind, FlowError.Unsupported, "Shadowsocks cannot listen at the far end: take relay or socks5"));
}

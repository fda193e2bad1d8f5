using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Connector <c>ss</c>: streams to targets that the far end dials. Source: spec/wire/shadowsocks.md section 3.</summary>
internal sealed class ShadowsocksConnector(ShadowsocksClient client) : IConnector
{
    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) => to.Network == TargetNetwork.Unix
        ? client.FailAsync<DuplexStream>(via, new FlowException(FlowLayer.Connect, FlowError.Unsupported, "Shadowsocks cannot ask for a unix socket"))
        : client.OpenAsync(via, to);

    /// <inheritdoc/>
    public ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken) => client.FailAsync<IDatagramChannel>(
        via, new FlowException(FlowLayer.Associate, FlowError.Unsupported, "connector ss carries TCP only: take ssu for UDP"));

    /// <inheritdoc/>
    public ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken) => client.FailAsync<IListener>(
        via, new FlowException(FlowLayer.Bind, FlowError.Unsupported, "Shadowsocks cannot listen at the far end: take relay, socks5 or sshd"));
}

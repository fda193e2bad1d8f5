using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>
/// Asks an SSH server for ways to targets and for listeners. A way that the server cannot open fails alone; GOST then closes the connection with everybody
/// else's channels. Source: spec/wire/ssh.md sections 3, 4 and 6.
/// </summary>
internal sealed class SshdConnector : IConnector
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken)
    {
        await using var handle = await HandleAsync(via, FlowLayer.Handshake);
        return to.Network == TargetNetwork.Udp
            ? throw NoDatagrams(FlowLayer.Associate)
            : await handle.Client.ConnectAsync(to, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw NoDatagrams(FlowLayer.Associate);
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await using var handle = await HandleAsync(via, FlowLayer.Bind);
        return request.Network switch
        {
            TargetNetwork.Udp => throw NoDatagrams(FlowLayer.Bind),
            TargetNetwork.Unix => throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "sshd binds TCP ports only"),
            _ => await handle.Client.BindAsync(request.Address, cancellationToken),
        };
    }

    private static FlowException NoDatagrams(FlowLayer layer) =>
        new(layer, FlowError.Unsupported, "SSH forwards TCP only; for UDP use relay+ssh, socks5+ssh or another protocol");

    private static async ValueTask<SshHandle> HandleAsync(DuplexStream via, FlowLayer layer)
    {
        if (via is SshHandle handle)
        {
            return handle;
        }

        await via.DisposeAsync();
        throw new FlowException(layer, FlowError.Unsupported, "connector sshd needs dialer sshd");
    }
}

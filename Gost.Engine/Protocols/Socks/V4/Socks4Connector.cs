using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Socks.V4;

/// <summary>Connectors <c>socks4</c> and <c>socks4a</c>, which are the same: every host as text unless <c>disable4a</c>. Source: spec/wire/socks5.md section 12.</summary>
internal sealed class Socks4Connector : IConnector
{
    private readonly string _user;
    private readonly bool _byName;
    private readonly SocksHandshake _handshake;

    private Socks4Connector(ConnectorBuildContext context)
    {
        _user = context.Connector.Auth?.Username ?? "";
        _byName = !context.Metadata.GetBool(false, "disable4a");
        _handshake = new SocksHandshake(context.Metadata.GetTimeout(TimeSpan.Zero, "timeout"), context.Engine.Time);
        SocksCredentials.Check(context);
    }

    /// <summary>Reads the options and builds the connector.</summary>
    public static IConnector Build(ConnectorBuildContext context) => new Socks4Connector(context);

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) =>
        _handshake.RunAsync(new StreamSlot(via), (slot, x) => AskAsync(slot, to, x), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw new FlowException(FlowLayer.Associate, FlowError.Unsupported, "SOCKS4 carries no datagrams");
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "SOCKS4 cannot bind");
    }

    private async ValueTask<DuplexStream> AskAsync(StreamSlot slot, Target to, CancellationToken cancellationToken)
    {
        var target = _byName ? to : await ResolveAsync(to, cancellationToken);
        await slot.Stream.WriteAsync(Socks4Wire.Request(target, _user, _byName), cancellationToken);
        slot.Asked = FlowLayer.Connect;
        var reply = new byte[Socks4Wire.ReplyLength];
        await slot.Stream.ReadExactlyAsync(reply, cancellationToken);
        return (Socks4Reply)reply[1] switch
        {
            _ when reply[0] != 0 => throw new FlowException(
                FlowLayer.Handshake, FlowError.Failed, $"the far end does not speak SOCKS4: it answers {reply[0]:x2} {reply[1]:x2}"),
            Socks4Reply.Granted => slot.Stream,
            Socks4Reply.NoIdentity or Socks4Reply.WrongUser => throw new FlowException(
                FlowLayer.Authentication, FlowError.Unauthenticated, "the far end does not let this user id in"),
            _ => throw new FlowException(FlowLayer.Connect, FlowError.Failed, $"connect {to}: the far end answers: rejected or failed ({reply[1]:x2})"),
        };
    }

    private static async ValueTask<Target> ResolveAsync(Target to, CancellationToken cancellationToken)
    {
        var addresses = await Resolver.ResolveAsync(to.Host, cancellationToken);
        return Array.Find(addresses, static x => x.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) is { } address
            ? to with { Host = address.ToString() }
            : to;
    }
}

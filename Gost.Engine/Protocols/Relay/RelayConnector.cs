using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Asks a relay for a way to a target, for datagrams, or for a listener. Source: spec/wire/relay.md sections 4 and 6 to 9.</summary>
internal sealed class RelayConnector(string node, RelayConnectorOptions options, EngineServices engine) : IConnector
{
    /// <summary>How long a request waits for data to go out with. GOST waits for ever, and protocols in which the server speaks first never start.</summary>
    internal static readonly TimeSpan RequestHold = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) =>
        RequestAsync(via, to.Network == TargetNetwork.Unix ? RelayNetwork.Unix : RelayNetwork.Tcp, to, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        if (to is null)
        {
            Target any = new(TargetNetwork.Udp, IPAddress.Any.ToString(), 0);
            _ = await BindAsync(via, RelayNetwork.Udp, any, cancellationToken);
            return new FramedDatagramChannel(via, null, ushort.MaxValue, engine.Buffers);
        }

        return new LengthPrefixedChannel(await RequestAsync(via, RelayNetwork.Udp, to, cancellationToken), engine.Buffers);
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        var network = request.Network switch
        {
            TargetNetwork.Udp => RelayNetwork.Udp,
            TargetNetwork.Unix => RelayNetwork.Unix,
            _ => RelayNetwork.Tcp,
        };
        var bound = await BindAsync(via, network, request.Address, cancellationToken);
        return network == RelayNetwork.Udp
            ? new TunnelDatagramListener(new FramedDatagramChannel(via, null, ushort.MaxValue, engine.Buffers), bound, engine)
            : new TunnelStreamListener(SmuxSession.Start(via, options.Mux, isClient: false, engine), bound, ReadGreetingAsync, engine);
    }

    private async ValueTask<DuplexStream> RequestAsync(DuplexStream via, RelayNetwork network, Target to, CancellationToken cancellationToken)
    {
        try
        {
            var request = RelayMessages.Request(RelayCommand.Connect, network, options.Credentials, to);
            if (options.NoDelay)
            {
                await via.WriteAsync(request, cancellationToken);
                return new RelayClientStream(via, to, node, engine.Time);
            }

            return new RelayClientStream(new HeldHeaderStream(via, request, RequestHold, engine.Time, engine.Buffers), to, node, engine.Time);
        }
        catch
        {
            await via.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for a listener and gives its address; disposes the stream when there is none.</summary>
    private async ValueTask<EndPoint?> BindAsync(DuplexStream via, RelayNetwork network, Target address, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(options.ConnectTimeout > TimeSpan.Zero ? options.ConnectTimeout : Timeout.InfiniteTimeSpan, engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await via.WriteAsync(RelayMessages.Request(RelayCommand.Bind, network, options.Credentials, address), either.Token);
            RelayMessageReader response = new();
            if (!await response.ReadAsync(via, either.Token))
            {
                throw Fault(FlowLayer.Bind, FlowError.Failed, network == RelayNetwork.Udp
                    ? $"the far end closed the connection: it cannot listen on {address}"
                    : "the far end closed the connection without an answer");
            }

            return response.Code == (byte)RelayStatus.Ok
                ? EndPointOf(response.Features(isUdp: false).Address)
                : throw RelayRefusal.OfBind((RelayStatus)response.Code, address, node);
        }
        catch (Exception e)
        {
            await via.DisposeAsync();
            if (RelayMessageReader.IsBroken(e))
            {
                throw Fault(FlowLayer.Handshake, FlowError.Failed, $"the connection broke before the answer: {e.Message}", e);
            }

            if (e is OperationCanceledException && timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw Fault(FlowLayer.Bind, FlowError.TimedOut, $"no answer within {options.ConnectTimeout.TotalSeconds:0.###} s", e);
            }

            throw;
        }
    }

    /// <summary>The message that each stream of a bind begins with: whom the connection at the far end is from.</summary>
    private async ValueTask<EndPoint?> ReadGreetingAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        RelayMessageReader greeting = new();
        if (!await greeting.ReadAsync(stream, cancellationToken))
        {
            throw Fault(FlowLayer.Handshake, FlowError.Failed, "a stream ended before its greeting");
        }

        return greeting.Code == (byte)RelayStatus.Ok
            ? EndPointOf(greeting.Features(isUdp: false).FirstAddress)
            : throw Fault(FlowLayer.Handshake, FlowError.Failed, $"a stream begins with status {greeting.Code}");
    }

    private FlowException Fault(FlowLayer layer, FlowError error, string message, Exception? inner = null) =>
        new(layer, error, "relay: " + message, inner) { Node = node };

    private static IPEndPoint? EndPointOf(Target? address) =>
        address is not null && IPAddress.TryParse(address.Host, out var ip) ? new IPEndPoint(ip, address.Port) : null;
}

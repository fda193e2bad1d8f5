using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>
/// The accepting end of <c>ws</c>, and of <c>wss</c> where <paramref name="tls"/> is given. <paramref name="trustsForwarding"/>: the client is the one that
/// forwarding headers name. Source: spec/wire/transports.md section 5.
/// </summary>
internal sealed class WebSocketServerTransport(UpgradeOptions options, bool trustsForwarding, IServerTransport? tls, EngineServices engine) : IServerTransport
{
    /// <summary>Reads the options of a listener.</summary>
    public static WebSocketServerTransport Build(ListenerBuildContext context, IServerTransport? tls) => new(
        UpgradeOptions.Bind(context.Metadata), context.ServiceMetadata.GetBool(false, "trustForwardedHeaders"), tls, context.Engine);

    /// <inheritdoc/>
    public async ValueTask<AcceptedStream> AcceptAsync(DuplexStream raw, CancellationToken cancellationToken)
    {
        var stream = tls is null ? raw : (await tls.AcceptAsync(raw, cancellationToken)).Stream;
        try
        {
            var (head, behind) = await UpgradeHeadReader.ReadAsync(stream, engine.Buffers, cancellationToken);
            var key = Handshake.ReadRequest(head, options.Path);
            var halfCloses = Handshake.HalfCloses(head);
            await stream.WriteAsync(Handshake.WriteResponse(options, key, halfCloses), cancellationToken);
            WebSocketStreamOptions ends = new(Masks: null, halfCloses, options.Hold, PingPeriod: TimeSpan.Zero);
            return new AcceptedStream(
                new WebSocketStream(stream, ends, engine.Buffers, engine.Time, behind), trustsForwarding ? ForwardedClient.Find(head) : null);
        }
        catch (UpgradeException e)
        {
            await RefuseAsync(stream, e.Status, cancellationToken);
            throw new FlowException(FlowLayer.Handshake, FlowError.Refused, e.Message, e);
        }
        catch (Exception)
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask RefuseAsync(DuplexStream stream, int status, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(Handshake.WriteRefusal(status), cancellationToken);
            await stream.CompleteWritesAsync(cancellationToken);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }
}

using System.Net.Sockets;
using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>
/// The dialling end of <c>ws</c>, and of <c>wss</c> where <paramref name="tls"/> is given. <paramref name="host"/> null: the node's address is asked for;
/// <paramref name="pingPeriod"/> zero: no pings. Source: spec/wire/transports.md section 5.
/// </summary>
internal sealed class WebSocketClientTransport(
    UpgradeOptions options, string? host, TimeSpan pingPeriod, IClientTransport? tls, RandomFill random, EngineServices engine) : IClientTransport
{
    private static readonly TimeSpan DefaultPingPeriod = TimeSpan.FromSeconds(15);

    /// <summary>Reads the options of a dialer.</summary>
    public static WebSocketClientTransport Build(DialerBuildContext context, IClientTransport? tls)
    {
        var metadata = context.Metadata;
        var options = UpgradeOptions.Bind(metadata);
        var host = metadata.GetString("host", "ws.host");
        if (host is not null && host.Any(static x => char.IsControl(x) || x == ' '))
        {
            metadata.Findings.Add(new Finding(metadata.Pointer + "/host", "host has blanks or control characters"));
        }

        var period = metadata.GetTimeout(DefaultPingPeriod, "ttl", "keepalive.interval", "ws.ttl");
        var pings = metadata.GetBool(false, "keepalive", "ws.keepalive");
        return new WebSocketClientTransport(
            options,
            string.IsNullOrEmpty(host) ? options.Headers.FirstOrDefault(static x => x.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value : host,
            !pings ? TimeSpan.Zero : period > TimeSpan.Zero ? period : DefaultPingPeriod,
            tls,
            RandomNumberGenerator.Fill,
            context.Engine);
    }

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> ConnectAsync(DuplexStream raw, NodeContext node, CancellationToken cancellationToken)
    {
        var stream = tls is null ? raw : await tls.ConnectAsync(raw, node, cancellationToken);
        try
        {
            var key = Handshake.CreateKey(random);
            await stream.WriteAsync(Handshake.WriteRequest(options, host ?? node.Address.ToString(), key), cancellationToken);
            var (head, behind) = await UpgradeHeadReader.ReadAsync(stream, engine.Buffers, cancellationToken);
            Handshake.ReadResponse(head, key);
            WebSocketStreamOptions ends = new(random, Handshake.HalfCloses(head), options.Hold, pingPeriod);
            return new WebSocketStream(stream, ends, engine.Buffers, engine.Time, behind);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            throw e switch
            {
                UpgradeException { Status: > 0 } => new FlowException(FlowLayer.Handshake, FlowError.Refused, $"{e.Message} (path {options.Path})", e),
                UpgradeException or IOException or SocketException => new FlowException(FlowLayer.Handshake, FlowError.Failed, e.Message, e),
                _ => e,
            };
        }
    }
}

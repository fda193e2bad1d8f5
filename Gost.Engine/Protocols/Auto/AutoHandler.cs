using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Gost.Engine.Security;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Auto;

/// <summary>
/// Finds out from its first bytes what a client speaks and hands it to that protocol's handler: SOCKS4, SOCKS5, HTTP; a TLS client is forwarded to the
/// server that it names. Source: spec/wire/socks5.md section 11.
/// </summary>
internal sealed class AutoHandler : IHandler
{
    private const int TlsPort = 443;
    private static readonly TimeSpan DefaultReadTimeout = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, IHandler> _handlers = [];
    private readonly FlowAuthenticator _authenticator;
    private readonly TargetDialer _dialer;
    private readonly StreamRelay _relay;
    private readonly EngineServices _engine;
    private readonly ILogger _logger;
    private readonly TimeSpan _readTimeout;
    private readonly TimeSpan _idleTimeout;

    private AutoHandler(HandlerBuildContext context)
    {
        _engine = context.Engine;
        var read = context.Metadata.GetTimeout(DefaultReadTimeout, "readTimeout");
        _readTimeout = read > TimeSpan.Zero ? read : DefaultReadTimeout;
        var idle = context.Metadata.GetTimeout(TimeSpan.Zero, "idleTimeout");
        _idleTimeout = idle > TimeSpan.Zero ? idle : TimeSpan.Zero;
        foreach (var name in (ReadOnlySpan<string>)["socks4", "socks5", "http"])
        {
            if (_engine.Catalog.Handlers.TryGetValue(name, out var build))
            {
                _handlers.Add(name, build(context));
            }
        }

        _authenticator = FlowAuthenticator.Build(context.Service.Handler, _engine);
        _dialer = TargetDialer.Build(context);
        _relay = new StreamRelay(_engine);
        _logger = _engine.Loggers.CreateLogger<AutoHandler>();
    }

    /// <summary>Builds the handler and those it hands over to, all from the same metadata.</summary>
    public static AutoHandler Build(HandlerBuildContext context) => new(context);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var client = inbound.Stream
            ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "handler auto serves streams; the listener accepts datagrams");
        var (read, serverName) = await SniffAsync(client, stopping);
        if (read.Length == 0)
        {
            return;
        }

        // Its life is the stream's: the inbound that owns it is the caller's.
        ReplayStream replay = new(client, read);
        var protocol = read[0] switch { 4 => "socks4", 5 => "socks5", ClientHello.Record => "tls", _ => "http" };
        AutoLog.Found(_logger, inbound.Id, inbound.Client, protocol);
        if (protocol == "tls")
        {
            await ForwardAsync(inbound, replay, serverName, stopping);
            return;
        }

        if (!_handlers.TryGetValue(protocol, out var handler))
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, $"auto: the client speaks {protocol}, which this build does not serve");
        }

        Inbound again = new(replay, inbound.Client, inbound.Peer, inbound.Local) { Id = inbound.Id, Counters = inbound.Counters, Ticket = inbound.Ticket };
        await handler.HandleAsync(again, stopping);
    }

    /// <summary>The first bytes, of a TLS client as many as name its server; none when the client has left.</summary>
    private async ValueTask<(byte[] Read, string? ServerName)> SniffAsync(DuplexStream client, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(_readTimeout, _engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        byte[]? buffer = null;
        try
        {
            _ = await client.ReadAsync(Memory<byte>.Empty, either.Token);
            buffer = _engine.Buffers.Rent(ClientHello.MaxLength);
            string? serverName = null;
            var length = 0;
            do
            {
                var count = await client.ReadAsync(buffer.AsMemory(length), either.Token);
                if (count == 0)
                {
                    break;
                }

                length += count;
            }
            while (length < ClientHello.MaxLength && buffer[0] == ClientHello.Record && !ClientHello.TryRead(buffer.AsSpan(0, length), out serverName));

            return (buffer[..length], serverName);
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.TimedOut, $"auto: nothing came within {_readTimeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"auto: the connection broke: {e.Message}", e);
        }
        finally
        {
            if (buffer is not null)
            {
                _engine.Buffers.Return(buffer);
            }
        }
    }

    private async ValueTask ForwardAsync(Inbound inbound, DuplexStream client, string? serverName, CancellationToken stopping)
    {
        if (!_authenticator.IsOpen)
        {
            throw new FlowException(
                FlowLayer.Authentication, FlowError.Unauthenticated, "auto: a TLS client is not forwarded, since it cannot give the user name and password that are asked for");
        }

        if (serverName is null)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, "auto: a TLS client that names no server");
        }

        await using var target = await _dialer.DialAsync(inbound, new Target(TargetNetwork.Tcp, serverName, TlsPort), stopping);
        await _relay.RunAsync(inbound, client, target, _idleTimeout);
    }
}

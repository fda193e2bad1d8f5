using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Socks.V4;

/// <summary>Handlers <c>socks4</c> and <c>socks4a</c>, which are the same: CONNECT, by address or name. Source: spec/wire/socks5.md section 12.</summary>
internal sealed class Socks4Handler : IHandler
{
    private readonly FlowAuthenticator _users;
    private readonly SocksConnect _connect;
    private readonly TimeSpan _readTimeout;
    private readonly TimeProvider _time;

    private Socks4Handler(HandlerBuildContext context)
    {
        _users = FlowAuthenticator.Build(context.Service.Handler, context.Engine);
        _connect = new SocksConnect(context);
        _readTimeout = SocksOptions.ReadTimeout(context.Metadata);
        _time = context.Engine.Time;
    }

    /// <summary>Reads the options and builds the handler.</summary>
    public static IHandler Build(HandlerBuildContext context) => new Socks4Handler(context);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
    {
        var raw = inbound.Stream ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "SOCKS4 needs a listener of streams");
        var (request, stream) = await ReadAsync(raw, stopping);
        SocksClient client = new(inbound, stream, request.User, _time);
        if (!_users.IsOpen && !_users.Authenticate(request.User, ""))
        {
            await client.RefuseAsync(Socks4Wire.Reply(Socks4Reply.WrongUser), stopping);
            throw new FlowException(FlowLayer.Authentication, FlowError.Unauthenticated, "the client's user id is not let in");
        }

        if (request.Command != Socks4Wire.Connect)
        {
            await client.RefuseAsync(Socks4Wire.Reply(Socks4Reply.Rejected), stopping);
            throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, $"command {request.Command:x2} of SOCKS4 is not supported");
        }

        await _connect.ServeAsync(
            client, request.Address, static x => Socks4Wire.Reply(x is null ? Socks4Reply.Granted : Socks4Reply.Rejected), stopping);
    }

    /// <summary>The request, and the stream with what the client sent behind it.</summary>
    private async ValueTask<(Socks4Request Request, DuplexStream Stream)> ReadAsync(DuplexStream stream, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(_readTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        var buffer = new byte[Socks4Wire.MaxRequest];
        var length = 0;
        try
        {
            while (true)
            {
                // A request that fills the buffer is whole or no request: the parser has said so.
                var count = await stream.ReadAsync(buffer.AsMemory(length), either.Token);
                if (count == 0)
                {
                    throw new EndOfStreamException("end of stream");
                }

                length += count;
                if (Socks4Wire.TryRead(buffer.AsSpan(0, length), out var consumed) is { } request)
                {
                    return (request, consumed == length ? stream : new ReplayStream(stream, buffer.AsMemory(consumed, length - consumed)));
                }
            }
        }
        catch (Exception e) when (timer.IsCancellationRequested && !stopping.IsCancellationRequested && e is not FlowException)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.TimedOut, $"no request within {_readTimeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"the client closed the connection before its request: {e.Message}", e);
        }
    }
}

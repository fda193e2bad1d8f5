using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Quic.MsQuic;

/// <summary>QUIC by System.Net.Quic and the native library libmsquic, which is optional.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicStack : IQuicStack
{
    private const int ClosedNormally = 0;
    private const int ConnectionWindow = 16 * 1024 * 1024;

    // A power of two; the library's own, 64 KiB, would bound a stream to 64 KiB a round trip.
    private const int StreamWindow = 2 * 1024 * 1024;

    private readonly Lock _gate = new();
    private bool _isKnown;
    private string? _obstacle;

    /// <inheritdoc/>
    public string? FindObstacle(string? library)
    {
        lock (_gate)
        {
            if (!_isKnown)
            {
                _obstacle = Probe(library);
                _isKnown = true;
            }

            return _obstacle;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IQuicLink> ConnectAsync(
        IPEndPoint to, IPAddress? from, SslClientAuthenticationOptions tls, QuicOptions options, CancellationToken cancellationToken)
    {
        QuicClientConnectionOptions connection = new()
        {
            RemoteEndPoint = to,
            LocalEndPoint = from is null ? null : new IPEndPoint(from, 0),
            ClientAuthenticationOptions = tls,
            // None are taken, but with none allowed nobody could wait for one, which is how the end of a connection is seen.
            MaxInboundBidirectionalStreams = 1,
            MaxInboundUnidirectionalStreams = 0,
        };
        Apply(options, connection);
        try
        {
            return new MsQuicLink(await QuicConnection.ConnectAsync(connection, cancellationToken));
        }
        catch (Exception e) when (Failure(e, FlowLayer.Dial, $"dial quic {to}") is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IQuicPort> ListenAsync(IPEndPoint at, IReadOnlyList<SslApplicationProtocol> alpn, int backlog, Func<EndPoint, QuicTerms?> judge)
    {
        QuicListenerOptions options = new()
        {
            ListenEndPoint = at,
            ListenBacklog = backlog,
            ApplicationProtocols = [.. alpn],
            ConnectionOptionsCallback = (connection, hello, _) => new ValueTask<QuicServerConnectionOptions>(Serve(connection, hello.ServerName, judge)),
        };
        try
        {
            return new MsQuicPort(await QuicListener.ListenAsync(options, CancellationToken.None));
        }
        catch (QuicException e) when (e.QuicError == QuicError.AlpnInUse)
        {
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }
        catch (QuicException e)
        {
            throw new FlowException(FlowLayer.Bind, FlowError.Failed, $"listen udp {at}: {e.Message}", e);
        }
    }

    /// <summary>What a failure of the library says; null = it is none.</summary>
    internal static FlowException? Failure(Exception exception, FlowLayer layer, string what) => exception switch
    {
        AuthenticationException => new FlowException(FlowLayer.Tls, FlowError.Failed, $"{what}: {exception.InnerException?.Message ?? exception.Message}", exception),
        SocketException e => new FlowException(layer, ErrorOf(e.SocketErrorCode), $"{what}: {e.Message}", exception),
        QuicException e => new FlowException(layer, ErrorOf(e.QuicError), $"{what}: {e.Message}", exception),
        _ => null,
    };

    private static string? Probe(string? library)
    {
        if (!string.IsNullOrEmpty(library) && !NativeLibrary.TryLoad(library, out _))
        {
            return $"QUIC needs the native library libmsquic, and {library} cannot be loaded: setting Quic:Library must be the full path of libmsquic.so.2";
        }

        return QuicListener.IsSupported
            ? null
            : "QUIC needs the native library libmsquic, which is not there: install the package libmsquic (Debian, Ubuntu, RHEL: from packages.microsoft.com; "
            + "Alpine: apk add libmsquic; macOS: brew install libmsquic), or set Quic:Library to the full path of libmsquic.so.2";
    }

    private static QuicServerConnectionOptions Serve(QuicConnection connection, string serverName, Func<EndPoint, QuicTerms?> judge)
    {
        var terms = judge(connection.RemoteEndPoint) ?? throw new RefusedClientException();
        terms.CheckName?.Invoke(serverName);
        QuicServerConnectionOptions options = new()
        {
            ServerAuthenticationOptions = terms.Tls,
            MaxInboundBidirectionalStreams = terms.Options.MaxStreams,
            MaxInboundUnidirectionalStreams = 0,
        };
        Apply(terms.Options, options);
        return options;
    }

    private static void Apply(QuicOptions options, QuicConnectionOptions connection)
    {
        connection.DefaultCloseErrorCode = ClosedNormally;
        connection.DefaultStreamErrorCode = ClosedNormally;
        connection.IdleTimeout = options.IdleTimeout;
        connection.KeepAliveInterval = options.KeepAlive;
        connection.InitialReceiveWindowSizes = new QuicReceiveWindowSizes
        {
            Connection = ConnectionWindow,
            LocallyInitiatedBidirectionalStream = StreamWindow,
            RemotelyInitiatedBidirectionalStream = StreamWindow,
        };
        if (options.HandshakeTimeout > TimeSpan.Zero)
        {
            connection.HandshakeTimeout = options.HandshakeTimeout;
        }
    }

    private static FlowError ErrorOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => FlowError.Refused,
        SocketError.TimedOut => FlowError.TimedOut,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => FlowError.Unreachable,
        _ => FlowError.Failed,
    };

    private static FlowError ErrorOf(QuicError error) => error switch
    {
        QuicError.ConnectionRefused => FlowError.Refused,
        QuicError.ConnectionTimeout or QuicError.ConnectionIdle => FlowError.TimedOut,
        _ => FlowError.Failed,
    };
}

using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Protocols.Tcp;
using Gost.Engine.Runtime;
using Gost.Ssh;
using Gost.Ssh.Transport;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>Dials SSH connections to nodes, which all flows to a node share. Source: spec/wire/ssh.md sections 2 and 5.</summary>
internal sealed class SshDialer
{
    private readonly SshDialerOptions _options;
    private readonly TcpDialer _tcp;
    private readonly TimeSpan? _hold;
    private readonly EngineServices _engine;

    private SshDialer(SshDialerOptions options, TimeSpan? hold, EngineServices engine) =>
        (_options, _tcp, _hold, _engine) = (options, new TcpDialer(options.Tcp), hold, engine);

    /// <summary>
    /// Reads the options and builds the dialer. <paramref name="tunnels"/>: <c>ssh</c>, which gives a tunnel channel for each dial; <c>sshd</c> gives the
    /// connection itself, for its connector.
    /// </summary>
    public static SessionDialer Build(DialerBuildContext context, bool tunnels)
    {
        SshDialer dialer = new(SshDialerOptions.Bind(context), tunnels ? SshHold.Read(context.Metadata) : null, context.Engine);
        return new SessionDialer(dialer.ConnectAsync, context.Engine);
    }

    private async ValueTask<IStreamSession> ConnectAsync(NodeContext node, CancellationToken cancellationToken)
    {
        var stream = await _tcp.DialAsync(node, cancellationToken);
        var (local, remote) = (stream.LocalEndPoint, stream.RemoteEndPoint);
        HostKeyVerifier verifier = new(node.Address, _options, _engine.HostKeys);
        SshClientOptions options = new()
        {
            UserName = _options.UserName,
            Password = _options.Password,
            PrivateKeys = _options.Key is { } key ? [key] : [],
            HostKeyCheck = verifier.CheckAsync,
            KeepAliveInterval = _options.KeepAlive,
            KeepAliveTimeout = _options.KeepAliveTimeout,
            KeepAliveRetries = _options.KeepAliveRetries,
            Transport = verifier.Prefer(new SshTransportOptions { TimeProvider = _engine.Time }),
        };
        using CancellationTokenSource timer = new(_options.HandshakeTimeout > TimeSpan.Zero ? _options.HandshakeTimeout : Timeout.InfiniteTimeSpan, _engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        SshConnection connection;
        try
        {
            // Takes over the stream, also when it fails.
            connection = await SshConnection.ConnectAsync(stream, options, either.Token);
        }
        catch (SshException e)
        {
            throw Explain(e);
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.TimedOut, $"no SSH login within {_options.HandshakeTimeout.TotalSeconds:0.###} s", e);
        }

        return _hold is { } hold
            ? new SshTunnelClient(connection, node.Address, local, remote, hold, _engine)
            : new SshdClient(connection, node.Address, local, remote, _engine);
    }

    private FlowException Explain(SshException exception) => exception.Failure switch
    {
        SshFailure.Authentication => new(
            FlowLayer.Authentication, FlowError.Unauthenticated, $"ssh: user \"{_options.UserName}\" was not let in: {exception.Message}", exception),
        SshFailure.HostKey => new(FlowLayer.Handshake, FlowError.NotPermitted, $"ssh: {exception.Message}", exception),
        _ => new(FlowLayer.Handshake, FlowError.Failed, $"ssh: {exception.Message}", exception),
    };
}

using Gost.Ssh.Auth;
using Gost.Ssh.Transport;

namespace Gost.Ssh;

/// <summary>How a connection begins.</summary>
public sealed partial class SshConnection
{
    /// <summary>
    /// Exchanges keys with a server and logs in. Takes over the stream, also when it fails. The caller bounds the time. Throws <see cref="SshException"/>,
    /// whose <see cref="SshException.Failure"/> tells at which stage.
    /// </summary>
    public static async Task<SshConnection> ConnectAsync(Stream stream, SshClientOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var transport = await SshTransport.ConnectAsync(
            stream, options.Transport, (key, ct) => options.HostKeyCheck?.Invoke(key, ct) ?? ValueTask.CompletedTask, cancellationToken);
        try
        {
            await new ClientLogin(transport, transport.PeerSignatureAlgorithms, options).RunAsync(cancellationToken);
            transport.MarkAuthenticated();
            return Begin(
                new SshConnection(transport, options.Connection, options.Transport.TimeProvider, options.UserName, null, transport.PeerIdentification), options);
        }
        catch (Exception e)
        {
            await EndAsync(transport, e, options.Transport.TimeProvider);
            throw;
        }
    }

    /// <summary>
    /// Exchanges keys with a client and lets it log in, within the options' time. Takes over the stream, also when it fails. Throws
    /// <see cref="SshException"/>.
    /// </summary>
    public static async Task<SshConnection> AcceptAsync(Stream stream, SshServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var time = options.Transport.TimeProvider;
        using CancellationTokenSource grace = new(options.LoginGraceTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, cancellationToken);
        try
        {
            var transport = await SshTransport.AcceptAsync(stream, options.Transport, options.HostKeys, either.Token);
            try
            {
                var user = await new ServerLogin(transport, options).RunAsync(either.Token);
                transport.MarkAuthenticated();
                return Begin(new SshConnection(transport, options.Connection, time, user.Name, user.Key, transport.PeerIdentification), null);
            }
            catch (Exception e)
            {
                await EndAsync(transport, e, time);
                throw;
            }
        }
        catch (OperationCanceledException e) when (grace.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SshException(
                SshFailure.Authentication, SshDisconnectReason.ByApplication, $"the client did not log in within {options.LoginGraceTime.TotalSeconds:0.###} s", e);
        }
    }

    private static SshConnection Begin(SshConnection connection, SshClientOptions? options)
    {
        connection.Start(
            options?.KeepAliveInterval ?? TimeSpan.Zero, options?.KeepAliveTimeout ?? TimeSpan.Zero, options?.KeepAliveRetries ?? 1);
        return connection;
    }

    /// <summary>Tells the peer why it is not let in, or why we leave, and closes the stream.</summary>
    private static async Task EndAsync(SshTransport transport, Exception error, TimeProvider time)
    {
        var (reason, text) = error switch
        {
            SshException { Failure: SshFailure.Authentication } e => (e.Reason, "not logged in"),
            SshException e => (e.Reason, e.Message),
            _ => (SshDisconnectReason.ByApplication, "given up"),
        };
        await SayGoodbyeAsync(transport, time, reason, text);
        await transport.DisposeAsync();
    }
}

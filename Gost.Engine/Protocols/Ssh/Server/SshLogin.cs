using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Gost.Ssh;
using Gost.Ssh.Keys;
using Gost.Ssh.Transport;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>One client that logs in, and what came of it.</summary>
internal sealed class SshLogin(Inbound inbound, SshLoginRules rules, EngineServices engine, ILogger logger)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private bool _isBlocked;
    private bool _isLate;

    /// <summary>Whom the connection is from.</summary>
    public EndPoint Client => inbound.Client;

    /// <summary>The accepted connection, whose stream belongs to <see cref="Connection"/>.</summary>
    public Inbound Inbound => inbound;

    /// <summary>The connection of the client that has logged in.</summary>
    public SshConnection Connection { get; private set; } = null!; // set by RunAsync, before anyone else sees this

    /// <summary>What the client may ask for.</summary>
    public SshGrant Grant { get; private set; } = SshGrant.Everything;

    /// <summary>Whether the client had to prove who it is.</summary>
    public bool IsProven => !rules.IsOpen;

    /// <summary>Key exchange and login. Takes over the inbound's stream. Throws what <see cref="Explain"/> explains.</summary>
    public async Task RunAsync(CancellationToken closing)
    {
        SshServerOptions options = new()
        {
            HostKeys = await rules.HostKeysAsync(closing),
            AllowNone = rules.IsOpen,
            Password = rules.Passwords.IsOpen ? null : CheckPasswordAsync,
            PublicKey = rules.Options.AuthorizedKeys is { } file ? (_, key, _) => new(CheckKey(file, key)) : null,
            Failed = (_, _, _) => new(!_isBlocked),
            LoginGraceTime = rules.Options.HandshakeTime,
            Connection = new SshConnectionOptions { ChannelBacklog = rules.Options.Backlog, RequestBacklog = rules.Options.Backlog },
            Transport = new SshTransportOptions { TimeProvider = engine.Time },
        };

        // The library has a limit of its own, which ends with a message to the client; this one does not wait for it.
        using CancellationTokenSource timer = new(rules.Options.HandshakeTime + Grace, engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closing);
        try
        {
            Connection = await SshConnection.AcceptAsync(inbound.Stream!, options, either.Token); // a stream service: the sink has looked
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            _isLate = true;
            throw;
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            SshLog.LoggedIn(logger, rules.Service, Client, Connection.UserName, Connection.PeerIdentification);
        }
    }

    /// <summary>What a failed login is to the service.</summary>
    public FlowException Explain(Exception exception) => exception switch
    {
        _ when _isBlocked => Failure(FlowLayer.Authentication, FlowError.NotPermitted, "too many wrong passwords in a minute"),
        _ when _isLate => Failure(FlowLayer.Handshake, FlowError.TimedOut, $"not logged in within {rules.Options.HandshakeTime.TotalSeconds:0.###} s"),
        SshException { Failure: SshFailure.Authentication } => Failure(FlowLayer.Authentication, FlowError.Unauthenticated, exception.Message),
        _ => Failure(FlowLayer.Handshake, FlowError.Failed, exception.Message),
    };

    private FlowException Failure(FlowLayer layer, FlowError error, string reason) => new(layer, error, $"client {Client}: {reason}");

    private ValueTask<bool> CheckPasswordAsync(string user, string password, CancellationToken cancellationToken)
    {
        var accepted = engine.PasswordTries.Try(Client, () => rules.Passwords.Authenticate(user, password));
        if (accepted != true && engine.PasswordTries.WaitOf(Client) is var wait && wait > TimeSpan.Zero)
        {
            _isBlocked = true;
            if (accepted is false && engine.Faults.TryTake(rules.Service))
            {
                SshLog.Blocked(logger, rules.Service, Client, (int)Math.Ceiling(wait.TotalSeconds));
            }
        }

        if (accepted == true)
        {
            Grant = SshGrant.Everything;
        }

        return new(accepted == true);
    }

    private bool CheckKey(string file, SshPublicKey key)
    {
        // Called once more when the client has proved that the key is its own: what was found last holds.
        var grant = SshGrant.Find(file, key, Client, engine.Time.GetUtcNow(), reason => SshLog.KeyLineRefused(logger, rules.Service, file, reason));
        Grant = grant ?? Grant;
        return grant is not null;
    }
}

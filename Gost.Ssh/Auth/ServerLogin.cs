using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Auth;

/// <summary>Lets a client log in, or not. What it is told does not depend on whether the user exists. Source: RFC 4252, RFC 4256.</summary>
internal sealed class ServerLogin(IPacketTransport transport, SshServerOptions options)
{
    // Requests in all, so that questions which are no failed tries do not go on until the time is up.
    private const int MostRequests = 64;

    private int _failed;
    private ReadOnlyMemory<byte> _next;

    /// <summary>Ends when a user is let in. Throws <see cref="SshException"/> when the client has had its tries or speaks of something else.</summary>
    public async Task<LoggedInUser> RunAsync(CancellationToken cancellationToken)
    {
        CheckService((await LoginMessages.ReceiveAsync(transport, cancellationToken)).Span);
        await transport.SendAsync(new SshWriter(MessageNumber.ServiceAccept).WriteText(LoginMessages.Service).Written, default, cancellationToken);

        for (var requests = 0; requests < MostRequests; requests++)
        {
            var payload = _next.IsEmpty ? await LoginMessages.ReceiveAsync(transport, cancellationToken) : _next;
            _next = default;
            var request = LoginRequest.Read(payload.Span);
            var (outcome, key) = await JudgeAsync(request, cancellationToken);
            switch (outcome)
            {
                case LoginOutcome.LetIn:
                    await transport.SendAsync(new byte[] { MessageNumber.UserAuthSuccess }, default, cancellationToken);
                    return new LoggedInUser(request.User, key);
                case LoginOutcome.KeyWelcome:
                    var welcome = new SshWriter(MessageNumber.UserAuthPublicKeyOk).WriteText(request.Algorithm).WriteString(request.Key.Span);
                    await transport.SendAsync(welcome.Written, default, cancellationToken);
                    break;
                case LoginOutcome.Left:
                    break;
                default:
                    await RefuseAsync(request, outcome == LoginOutcome.Refused, cancellationToken);
                    break;
            }
        }

        throw TooMany();
    }

    private async Task<(LoginOutcome Outcome, SshPublicKey? Key)> JudgeAsync(LoginRequest request, CancellationToken cancellationToken)
    {
        switch (request.Method)
        {
            case LoginMessages.None:
                return (options.AllowNone ? LoginOutcome.LetIn : LoginOutcome.Asked, null);

            case LoginMessages.Password when options.Password is { } check && !request.ChangesPassword:
                return (Verdict(await check(request.User, request.Password, cancellationToken)), null);

            case LoginMessages.KeyboardInteractive when options.Password is { } check:
                return await AskAsync(cancellationToken) is { } answer
                    ? (Verdict(await check(request.User, answer, cancellationToken)), null)
                    : (LoginOutcome.Left, null);

            case LoginMessages.PublicKey when options.PublicKey is { } check:
                return await CheckKeyAsync(request, check, cancellationToken);

            default:
                return (LoginOutcome.Refused, null);
        }
    }

    private static LoginOutcome Verdict(bool isRight) => isRight ? LoginOutcome.LetIn : LoginOutcome.Refused;

    private async Task<(LoginOutcome Outcome, SshPublicKey? Key)> CheckKeyAsync(
        LoginRequest request, Func<string, SshPublicKey, CancellationToken, ValueTask<bool>> check, CancellationToken cancellationToken)
    {
        SshPublicKey key;
        try
        {
            key = SshPublicKey.Decode(request.Key);
        }
        catch (SshKeyException)
        {
            return (LoginOutcome.Refused, null);
        }

        // The algorithm is the signature's: an RSA key under its own name would sign with SHA-1. Source: RFC 8332 section 3.
        if (!key.SignatureAlgorithms.Contains(request.Algorithm, StringComparer.Ordinal))
        {
            return (LoginOutcome.Refused, null);
        }

        var isWelcome = await check(request.User, key, cancellationToken);
        if (request.Signature is not { } signature)
        {
            return (isWelcome ? LoginOutcome.KeyWelcome : LoginOutcome.Refused, null);
        }

        var signed = LoginMessages.SignedData(transport.SessionId.Span, request.User, request.Algorithm, request.Key.Span);
        return key.Verify(request.Algorithm, signed, signature.Span) && isWelcome ? (LoginOutcome.LetIn, key) : (LoginOutcome.Refused, null);
    }

    /// <summary>Asks for the password; null when the client turns to something else, which is then read next.</summary>
    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        var question = new SshWriter(MessageNumber.UserAuthInfoRequest).WriteText("").WriteText("").WriteText("").WriteUInt32(1).WriteText("Password: ")
            .WriteBoolean(false);
        await transport.SendAsync(question.Written, default, cancellationToken);
        var payload = await LoginMessages.ReceiveAsync(transport, cancellationToken);
        if (payload.Span[0] == MessageNumber.UserAuthInfoResponse)
        {
            return ReadAnswer(payload.Span);
        }

        _next = payload;
        return null;
    }

    // An answer to another number of questions is a wrong one.
    private static string ReadAnswer(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        return reader.ReadUInt32() == 1 ? reader.ReadText(LoginRequest.LongestPassword) : "";
    }

    private async Task RefuseAsync(LoginRequest request, bool counts, CancellationToken cancellationToken)
    {
        if (counts)
        {
            _failed++;
            var goesOn = options.Failed is not { } failed || await failed(request.User, request.Method, cancellationToken);
            if (!goesOn || _failed >= options.MaxAuthTries)
            {
                throw TooMany();
            }
        }

        var failure = new SshWriter(MessageNumber.UserAuthFailure).WriteNames(Methods()).WriteBoolean(false);
        await transport.SendAsync(failure.Written, default, cancellationToken);
    }

    private IEnumerable<string> Methods()
    {
        if (options.PublicKey is not null)
        {
            yield return LoginMessages.PublicKey;
        }

        if (options.Password is not null)
        {
            yield return LoginMessages.Password;
            yield return LoginMessages.KeyboardInteractive;
        }
    }

    private static void CheckService(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        if (reader.ReadByte() != MessageNumber.ServiceRequest || reader.ReadText(256) != LoginMessages.Service)
        {
            throw new SshException(SshFailure.Protocol, SshDisconnectReason.ServiceNotAvailable, "the SSH client does not begin with a login");
        }
    }

    private SshException TooMany() => new(
        SshFailure.Authentication, SshDisconnectReason.NoMoreAuthenticationMethodsAvailable, $"the SSH client was not let in: {_failed} failed tries");
}

using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Auth;

/// <summary>
/// Logs in to a server: asks what it takes, then offers the keys, then the password, then the password as an answer. Source: RFC 4252, RFC 4256, RFC 8332.
/// </summary>
internal sealed class ClientLogin(IPacketTransport transport, IReadOnlyList<string>? serverSignatures, SshClientOptions options)
{
    // What a server may say, and ask, without letting us in.
    private const int MostBanners = 64;
    private const int MostRounds = 8;
    private const int MostPrompts = 32;

    private readonly List<string> _refused = [];
    private string[] _methods = [];
    private int _banners;

    private string Quoted => $"\"{options.UserName}\"";

    /// <summary>Ends when the server has let the user in. Throws <see cref="SshException"/>, with what the server takes when it is none of ours.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await transport.SendAsync(new SshWriter(MessageNumber.ServiceRequest).WriteText(LoginMessages.Service).Written, default, cancellationToken);
        var accept = await LoginMessages.ReceiveAsync(transport, cancellationToken);
        if (accept.Span[0] != MessageNumber.ServiceAccept)
        {
            throw Broken("does not offer a login");
        }

        try
        {
            if (!await IsLetInAsync(cancellationToken))
            {
                throw Refused(null);
            }
        }
        catch (SshException e) when (_refused.Count > 0 && transport.Completion.IsCompleted)
        {
            // A server that has had enough says so by leaving, with one reason or another.
            throw Refused(e);
        }
    }

    private async Task<bool> IsLetInAsync(CancellationToken cancellationToken)
    {
        if (await TryAsync(LoginMessages.None, static x => x, null, cancellationToken))
        {
            return true;
        }

        foreach (var key in options.PrivateKeys)
        {
            if (Signature(key) is { } algorithm
                && await TryAsync(LoginMessages.PublicKey, x => Prove(x, key, algorithm), $"the key {key.PublicKey.Fingerprint}", cancellationToken))
            {
                return true;
            }
        }

        return options.Password is { } password
            && (await TryAsync(LoginMessages.Password, x => x.WriteBoolean(false).WriteText(password), "the password", cancellationToken)
                || await TryAsync(LoginMessages.KeyboardInteractive, static x => x.WriteText("").WriteText(""), "the password as an answer", cancellationToken));
    }

    // Without a word from the server, the signature is the one that every server with any of the two has.
    private string? Signature(SshPrivateKey key) => serverSignatures is null
        ? key.PublicKey.Algorithm == SshKeyAlgorithms.Rsa ? SshKeyAlgorithms.RsaSha256 : key.SignatureAlgorithms[0]
        : key.SignatureAlgorithms.FirstOrDefault(x => serverSignatures.Contains(x, StringComparer.Ordinal));

    private SshWriter Prove(SshWriter request, SshPrivateKey key, string algorithm)
    {
        var blob = key.PublicKey.Blob.Span;
        var signature = key.Sign(algorithm, LoginMessages.SignedData(transport.SessionId.Span, options.UserName, algorithm, blob));
        return request.WriteBoolean(true).WriteText(algorithm).WriteString(blob).WriteString(signature);
    }

    /// <summary>True when the server has let us in. A method that it has not named is not tried; one that it refused is noted as <paramref name="name"/>.</summary>
    private async Task<bool> TryAsync(string method, Func<SshWriter, SshWriter> complete, string? name, CancellationToken cancellationToken)
    {
        if (name is not null && !_methods.Contains(method, StringComparer.Ordinal))
        {
            return false;
        }

        await transport.SendAsync(complete(LoginMessages.Request(options.UserName, method)).Written, default, cancellationToken);
        for (var rounds = 0; ;)
        {
            var payload = await LoginMessages.ReceiveAsync(transport, cancellationToken);
            switch (payload.Span[0])
            {
                case MessageNumber.UserAuthSuccess:
                    return true;

                case MessageNumber.UserAuthFailure:
                    // A part of what the server wants is no refusal.
                    if (!ReadFailure(payload.Span) && name is not null)
                    {
                        _refused.Add(name);
                    }

                    return false;

                case MessageNumber.UserAuthBanner:
                    if (++_banners > MostBanners)
                    {
                        throw Broken("greets without end");
                    }

                    break;

                // One number with three meanings, by the method that was asked for. Source: RFC 4252 section 8, RFC 4256 section 3.2.
                case MessageNumber.UserAuthInfoRequest when method == LoginMessages.KeyboardInteractive:
                    if (++rounds > MostRounds)
                    {
                        throw Broken("asks without end");
                    }

                    await transport.SendAsync(Answer(payload.Span).Written, default, cancellationToken);
                    break;

                case MessageNumber.UserAuthPasswordChangeRequest when method == LoginMessages.Password:
                    throw new SshException(
                        SshFailure.Authentication, SshDisconnectReason.ByApplication,
                        $"the SSH server wants a new password of the user {Quoted}; change it there");

                default:
                    throw Broken($"answers a login with the message {payload.Span[0]}");
            }
        }
    }

    /// <summary>Reads what can go on; true when the method was a part of what the server wants.</summary>
    private bool ReadFailure(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        _methods = reader.ReadNames();
        return reader.ReadBoolean();
    }

    private SshWriter Answer(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        reader.ReadString();
        reader.ReadString();
        reader.ReadString();
        var prompts = reader.ReadUInt32();
        if (prompts > MostPrompts)
        {
            throw Broken($"asks {prompts} questions at once");
        }

        var answer = new SshWriter(MessageNumber.UserAuthInfoResponse).WriteUInt32(prompts);
        for (var i = 0; i < prompts; i++)
        {
            reader.ReadString();
            reader.ReadBoolean();
            answer.WriteText(options.Password ?? "");
        }

        return answer;
    }

    private SshException Refused(SshException? inner)
    {
        var tried = _refused.Count > 0
            ? $"it refused {string.Join(" and ", _refused)}"
            : options.Password is null && options.PrivateKeys.Count == 0 ? "no password and no key is configured" : "none of ours is among what it takes";
        var takes = _methods.Length > 0 ? $"it takes {string.Join(", ", _methods.Take(8))}" : "it names no method that it takes";
        return new SshException(
            SshFailure.Authentication, SshDisconnectReason.NoMoreAuthenticationMethodsAvailable,
            $"the SSH server does not let the user {Quoted} in: {tried}; {takes}", inner);
    }

    private static SshException Broken(string what) => new(SshFailure.Protocol, SshDisconnectReason.ProtocolError, $"the SSH server {what}");
}

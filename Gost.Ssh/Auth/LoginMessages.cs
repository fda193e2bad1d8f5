using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Auth;

/// <summary>What both sides of a login share. Source: RFC 4252, RFC 4256.</summary>
internal static class LoginMessages
{
    public const string Service = "ssh-userauth";
    public const string Connection = "ssh-connection";
    public const string None = "none";
    public const string Password = "password";
    public const string PublicKey = "publickey";
    public const string KeyboardInteractive = "keyboard-interactive";

    /// <summary>The beginning of each request of a client.</summary>
    public static SshWriter Request(string user, string method) =>
        new SshWriter(MessageNumber.UserAuthRequest).WriteText(user).WriteText(Connection).WriteText(method);

    /// <summary>What the signature of a key covers. Source: RFC 4252 section 7.</summary>
    public static byte[] SignedData(ReadOnlySpan<byte> sessionId, string user, string algorithm, ReadOnlySpan<byte> key) =>
        new SshWriter(512).WriteString(sessionId).WriteBytes(Request(user, PublicKey).Written.Span).WriteBoolean(true).WriteText(algorithm).WriteString(key)
            .ToArray();

    /// <summary>The next message, whose bytes are valid until the next call. Throws <see cref="SshException"/> when there is none.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(IPacketTransport transport, CancellationToken cancellationToken)
    {
        var payload = await transport.ReceiveAsync(cancellationToken);
        return !payload.IsEmpty
            ? payload
            : throw new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the SSH peer closed the connection during the login");
    }
}

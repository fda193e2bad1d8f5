using Gost.Ssh.Messages;

namespace Gost.Ssh.Auth;

/// <summary>A client's request to log in, with copies of what it holds. Source: RFC 4252 section 5.</summary>
internal sealed class LoginRequest
{
    private const int LongestName = 256;

    private LoginRequest(string user, string method) => (User, Method) = (user, method);

    /// <summary>The longest password that is read, in bytes.</summary>
    public static int LongestPassword => 4 * 1024;

    public string User { get; }

    public string Method { get; }

    public string Password { get; private set; } = "";

    public bool ChangesPassword { get; private set; }

    public string Algorithm { get; private set; } = "";

    public ReadOnlyMemory<byte> Key { get; private set; }

    /// <summary>Null where the client only asks whether the key may be proved.</summary>
    public ReadOnlyMemory<byte>? Signature { get; private set; }

    /// <summary>Reads a request. Throws <see cref="SshException"/> when the message is none, or is for another service.</summary>
    public static LoginRequest Read(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        if (reader.ReadByte() != MessageNumber.UserAuthRequest)
        {
            throw new SshException(
                SshFailure.Protocol, SshDisconnectReason.ProtocolError, $"the SSH client sent the message {payload[0]} before it was let in");
        }

        var user = reader.ReadText(LongestName);
        if (reader.ReadText(LongestName) != LoginMessages.Connection)
        {
            throw new SshException(SshFailure.Protocol, SshDisconnectReason.ServiceNotAvailable, "the SSH client wants to log in for an unknown service");
        }

        LoginRequest request = new(user, reader.ReadText(LongestName));
        switch (request.Method)
        {
            case LoginMessages.Password:
                request.ChangesPassword = reader.ReadBoolean();
                request.Password = reader.ReadText(LongestPassword);
                break;
            case LoginMessages.PublicKey:
                var isSigned = reader.ReadBoolean();
                request.Algorithm = reader.ReadText(LongestName);
                request.Key = reader.ReadString().ToArray();
                if (isSigned)
                {
                    request.Signature = reader.ReadString().ToArray();
                }

                reader.ReadEnd();
                break;
        }

        return request;
    }
}

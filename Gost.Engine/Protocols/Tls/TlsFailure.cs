using System.Net.Sockets;
using System.Security.Authentication;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Tls;

/// <summary>Puts what the TLS library says of a failure into words.</summary>
internal static class TlsFailure
{
    // Fragments of OpenSSL's texts, the more telling ones first.
    private static readonly (string Fragment, string Words)[] Known =
    [
        ("alert unknown ca", "the peer does not know the authority that signed our certificate"),
        ("certificate required", "the peer wants a client certificate: set certFile and keyFile"),
        ("peer did not return a certificate", "the client sent no certificate, and caFile asks for one"),
        ("alert bad certificate", "the peer refused our certificate"),
        ("alert certificate expired", "the peer refused our certificate: it has expired"),
        ("alert certificate unknown", "the peer refused our certificate"),
        ("alert unsupported certificate", "the peer refused our certificate: its kind is not supported"),
        ("alert certificate revoked", "the peer refused our certificate: it is revoked"),
        ("alert access denied", "the peer denied access"),
        ("unrecognized name", "the peer serves no such server name"),
        ("no application protocol", "no ALPN protocol in common"),
        ("alert protocol version", "no TLS version in common"),
        ("unsupported protocol", "no TLS version in common"),
        ("no protocols available", "no TLS version in common"),
        ("wrong version number", "the peer does not speak TLS"),
        ("http request", "the peer does not speak TLS but HTTP"),
        ("https proxy request", "the peer does not speak TLS but HTTP"),
        ("no shared cipher", "no cipher suite in common"),
        ("no suitable signature algorithm", "no signature algorithm in common"),
        ("alert handshake failure", "the peer ended the handshake: no version or cipher suite in common, or it wants a client certificate"),
        ("alert insufficient security", "the peer ended the handshake: our cipher suites are too weak for it"),
        ("alert internal error", "the peer ended the handshake with an internal error"),
    ];

    // Texts of .NET itself, when bytes do not even look like TLS.
    private static readonly string[] NoTls = ["frame size", "corrupted frame", "unexpected packet format"];

    /// <summary>The failure of a handshake; null for what is no failure of TLS (cancellation, faults of this program).</summary>
    public static FlowException? OfHandshake(Exception exception, string? refusal) => exception switch
    {
        FlowException flow => flow,
        AuthenticationException or IOException when refusal is not null => Make(refusal, exception),
        AuthenticationException => Make(Words(exception) ?? Innermost(exception), exception),
        IOException when Reason(exception) is { } reset => Make($"the peer broke the connection during the handshake: {reset.Message}", exception),
        IOException => Make(Words(exception) ?? "the peer closed the connection during the handshake", exception),
        SocketException socket => Make($"the peer broke the connection during the handshake: {socket.Message}", exception),
        _ => null,
    };

    /// <summary>
    /// What the peer says instead of its first byte: in TLS 1.3 the client has finished its handshake before the server judges its certificate. Null when the
    /// exception is no message of the peer's.
    /// </summary>
    public static FlowException? OfFirstRead(Exception exception) =>
        exception is IOException or AuthenticationException && Words(exception) is { } words ? Make(words, exception) : null;

    private static FlowException Make(string words, Exception inner) => new(FlowLayer.Tls, FlowError.Failed, words, inner);

    private static string? Words(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            foreach (var (fragment, words) in Known)
            {
                if (e.Message.Contains(fragment, StringComparison.OrdinalIgnoreCase))
                {
                    return words;
                }
            }

            if (NoTls.Any(x => e.Message.Contains(x, StringComparison.OrdinalIgnoreCase)))
            {
                return "the peer does not speak TLS";
            }
        }

        return null;
    }

    private static SocketException? Reason(Exception exception)
    {
        var e = exception;
        while (e is not null and not SocketException)
        {
            e = e.InnerException;
        }

        return e as SocketException;
    }

    private static string Innermost(Exception exception)
    {
        var e = exception;
        while (e.InnerException is not null)
        {
            e = e.InnerException;
        }

        return e.Message;
    }
}

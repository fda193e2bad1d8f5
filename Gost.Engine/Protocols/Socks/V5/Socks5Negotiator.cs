using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// The serving end of the greeting: chooses a method, wraps the connection in TLS where that was chosen, asks for user and password. Immutable.
/// Source: spec/wire/socks5.md section 3.
/// </summary>
/// <param name="users">Who may pass.</param>
/// <param name="tls">The serving end of TLS; null = the TLS methods are not taken.</param>
/// <param name="time">Clock.</param>
internal sealed class Socks5Negotiator(FlowAuthenticator users, TlsServerTransport? tls, TimeProvider time)
{
    /// <summary>
    /// Negotiates; the stream that comes out owns <paramref name="stream"/> or is it. Throws <see cref="FlowException"/> or what the stream throws;
    /// a TLS stream that was made is disposed then.
    /// </summary>
    public async ValueTask<(DuplexStream Stream, string User)> AcceptAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var methods = await Socks5Wire.ReadGreetingAsync(stream, cancellationToken);
        var method = Choose(methods);
        await stream.WriteAsync(Socks5Wire.Choice(method), cancellationToken);
        switch (method)
        {
            case Socks5Method.None:
                return (stream, "");
            case Socks5Method.Password:
                return (stream, await AuthenticateAsync(stream, cancellationToken));
            case Socks5Method.NoneAcceptable:
                await SocksClient.LingerAsync(stream, time, cancellationToken);
                throw new FlowException(
                    users.IsOpen ? FlowLayer.Handshake : FlowLayer.Authentication,
                    users.IsOpen ? FlowError.Unsupported : FlowError.Unauthenticated,
                    $"the client offers no method that is taken here: {Convert.ToHexStringLower(methods)}");
        }

        var inner = (await tls!.AcceptAsync(stream, cancellationToken)).Stream; // chosen only with TLS
        try
        {
            return (inner, method == Socks5Method.TlsPassword ? await AuthenticateAsync(inner, cancellationToken) : "");
        }
        catch
        {
            await inner.DisposeAsync();
            throw;
        }
    }

    private Socks5Method Choose(ReadOnlySpan<byte> offered)
    {
        var (wrapped, plain) = users.IsOpen ? (Socks5Method.Tls, Socks5Method.None) : (Socks5Method.TlsPassword, Socks5Method.Password);
        return tls is not null && offered.Contains((byte)wrapped) ? wrapped
            : offered.Contains((byte)plain) ? plain
            : Socks5Method.NoneAcceptable;
    }

    private async ValueTask<string> AuthenticateAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var (user, password) = await Socks5Wire.ReadCredentialsAsync(stream, cancellationToken);
        var accepted = users.Authenticate(user, password);
        await stream.WriteAsync(Socks5Wire.Status(accepted), cancellationToken);
        if (accepted)
        {
            return user;
        }

        await SocksClient.LingerAsync(stream, time, cancellationToken);
        throw new FlowException(FlowLayer.Authentication, FlowError.Unauthenticated, "the client's user or password is wrong");
    }
}

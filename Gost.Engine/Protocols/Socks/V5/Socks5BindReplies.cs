using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Remote;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>What SOCKS5 says about a bind. Source: spec/wire/socks5.md sections 5 and 6.1.</summary>
/// <param name="Host">Host that the reply names: the address the client reached this host by, or the public one. Null = the bound address.</param>
/// <param name="Plain">Whether streams begin without a reply.</param>
internal sealed record Socks5BindReplies(string? Host, bool Plain) : IBindReplies
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Bound(EndPoint bound) => Host is { Length: > 0 } && bound is IPEndPoint { Port: var port }
        ? Socks5Wire.Reply(Socks5Reply.Succeeded, new Target(TargetNetwork.Tcp, Host, port))
        : Socks5Wire.Reply(Socks5Reply.Succeeded, bound);

    /// <summary>Always a general failure: "not allowed" would say that binding is disabled.</summary>
    public ReadOnlyMemory<byte> Refused(FlowException reason) => Socks5Wire.Reply(Socks5Reply.Failure);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Greeting(EndPoint peer) => Plain ? ReadOnlyMemory<byte>.Empty : Socks5Wire.Reply(Socks5Reply.Succeeded, peer);
}

using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>Reply codes and the engine's faults, in both directions. Source: RFC 1928 section 6, spec/wire/socks5.md sections 4 and 5.</summary>
internal static class Socks5Replies
{
    /// <summary>
    /// The reply to a CONNECT that failed. Where RFC 1928 has a code for the reason it is given; GOST answers 3 to all of them, and its clients
    /// take every code alike.
    /// </summary>
    public static Socks5Reply Of(FlowException fault) => fault switch
    {
        { InChain: true } => Socks5Reply.NetworkUnreachable,
        { Error: FlowError.Refused } => Socks5Reply.Refused,
        { Error: FlowError.NotPermitted } => Socks5Reply.NotAllowed,
        { InnerException: SocketException { SocketErrorCode: SocketError.NetworkUnreachable or SocketError.NetworkDown } } => Socks5Reply.NetworkUnreachable,
        { Error: FlowError.Unreachable or FlowError.Unresolved or FlowError.TimedOut } => Socks5Reply.HostUnreachable,
        { Error: FlowError.NoNode } => Socks5Reply.NetworkUnreachable,
        _ => Socks5Reply.Failure,
    };

    /// <summary>What a refusal by the far end means; <paramref name="what"/> was asked for.</summary>
    public static FlowException ToFault(Socks5Reply reply, Socks5Command command, string what) => command switch
    {
        Socks5Command.Connect => new FlowException(FlowLayer.Connect, ErrorOf(reply), $"connect {what}: the far end answers: {TextOf(reply)}"),
        Socks5Command.Associate => OfDatagrams(reply, what),
        _ => reply switch
        {
            Socks5Reply.NotAllowed => new FlowException(FlowLayer.Bind, FlowError.Unsupported, "BIND is disabled at the far end: add bind=true"),
            Socks5Reply.CommandUnsupported => new FlowException(FlowLayer.Bind, FlowError.Unsupported, "the far end cannot bind: it does not speak GOST's SOCKS5"),
            _ => new FlowException(FlowLayer.Bind, FlowError.Failed, $"bind {what}: the far end answers: {TextOf(reply)}"),
        },
    };

    /// <summary>The same for an association, whichever command asked for it.</summary>
    public static FlowException OfDatagrams(Socks5Reply reply, string what) => reply switch
    {
        Socks5Reply.NotAllowed => new FlowException(FlowLayer.Associate, FlowError.Unsupported, "UDP is disabled at the far end: add udp=true"),
        Socks5Reply.CommandUnsupported => new FlowException(
            FlowLayer.Associate, FlowError.Unsupported, "the far end does not carry datagrams this way: with relay=udp it is asked as RFC 1928 says, without it as GOST does"),
        _ => new FlowException(FlowLayer.Associate, FlowError.Failed, $"datagrams to {what}: the far end answers: {TextOf(reply)}"),
    };

    private static FlowError ErrorOf(Socks5Reply reply) => reply switch
    {
        Socks5Reply.NotAllowed => FlowError.NotPermitted,
        Socks5Reply.NetworkUnreachable or Socks5Reply.HostUnreachable => FlowError.Unreachable,
        Socks5Reply.Refused => FlowError.Refused,
        Socks5Reply.TimeToLiveExpired => FlowError.TimedOut,
        Socks5Reply.CommandUnsupported or Socks5Reply.AddressUnsupported => FlowError.Unsupported,
        _ => FlowError.Failed,
    };

    private static string TextOf(Socks5Reply reply) => reply switch
    {
        Socks5Reply.Failure => "general failure",
        Socks5Reply.NotAllowed => "not allowed by its rules",
        Socks5Reply.NetworkUnreachable => "network unreachable",
        Socks5Reply.HostUnreachable => "host unreachable",
        Socks5Reply.Refused => "connection refused",
        Socks5Reply.TimeToLiveExpired => "TTL expired",
        Socks5Reply.CommandUnsupported => "command not supported",
        Socks5Reply.AddressUnsupported => "address type not supported",
        _ => $"code {(byte)reply}",
    };
}

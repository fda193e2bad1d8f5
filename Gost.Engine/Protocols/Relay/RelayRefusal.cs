using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Relay;

/// <summary>What a far end's refusal means on this side. Source: spec/wire/relay.md sections 5 to 9.</summary>
internal static class RelayRefusal
{
    /// <summary>The failure of a way to <paramref name="to"/>: of the target, except where the far end does not want to talk to us.</summary>
    public static FlowException OfConnect(RelayStatus status, Target to, string node) => status switch
    {
        RelayStatus.Unauthorized => Unauthenticated(node),
        RelayStatus.BadRequest => Of(FlowLayer.Handshake, FlowError.Failed, node, $"the request for {to} is bad, says the far end (has it a target of its own?)"),
        RelayStatus.Forbidden => Of(FlowLayer.Connect, FlowError.NotPermitted, node, $"the far end does not allow {to}"),
        RelayStatus.Timeout => Of(FlowLayer.Connect, FlowError.TimedOut, node, $"the far end did not reach {to} in time"),
        RelayStatus.ServiceUnavailable => Of(FlowLayer.Connect, FlowError.NoNode, node, "the far end has no target to forward to"),
        RelayStatus.HostUnreachable => Of(FlowLayer.Connect, FlowError.Unreachable, node, "the far end cannot reach its own target"),
        RelayStatus.NetworkUnreachable => Of(FlowLayer.Connect, FlowError.Unreachable, node, $"the far end cannot reach {to}"),
        _ => Of(FlowLayer.Connect, FlowError.Failed, node, $"the far end failed to reach {to}: status {(byte)status}"),
    };

    /// <summary>The failure of a bind at <paramref name="address"/>.</summary>
    public static FlowException OfBind(RelayStatus status, Target address, string node) => status switch
    {
        RelayStatus.Unauthorized => Unauthenticated(node),
        RelayStatus.BadRequest => Of(FlowLayer.Bind, FlowError.Unsupported, node, "the far end does not take the bind request"),
        RelayStatus.Forbidden => Of(FlowLayer.Bind, FlowError.Unsupported, node, "BIND is disabled at the far end: add bind=true"),
        RelayStatus.ServiceUnavailable => Of(FlowLayer.Bind, FlowError.Failed, node, $"the far end cannot listen on {address}: is it taken there?"),
        _ => Of(FlowLayer.Bind, FlowError.Failed, node, $"the far end failed to listen on {address}: status {(byte)status}"),
    };

    private static FlowException Unauthenticated(string node) => Of(
        FlowLayer.Authentication, FlowError.Unauthenticated, node, "the far end does not accept the user name and password");

    private static FlowException Of(FlowLayer layer, FlowError error, string node, string message) => new(layer, error, "relay: " + message) { Node = node };
}

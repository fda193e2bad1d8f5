namespace Gost.Engine.Protocols.WebSocket;

/// <summary>The far end ended the stream with a reason that is a fault, or broke the protocol, which it is then told.</summary>
internal sealed class WebSocketFault(string message, bool isBreach = true) : IOException(message)
{
    /// <summary>Whether the protocol was broken.</summary>
    public bool IsBreach { get; } = isBreach;
}

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>How one end of a WebSocket behaves.</summary>
/// <param name="Masks">Where the client's masks come from; null = this is the server's end, which does not mask.</param>
/// <param name="HalfCloses">The far end announced that it takes a Close frame for the end of one direction only.</param>
/// <param name="Hold">How long the answer must have been quiet before a far end that did not is told of the end of writing.</param>
/// <param name="PingPeriod">A ping is sent this often; a far end from which then nothing comes for as long is gone. Zero = never.</param>
internal sealed record WebSocketStreamOptions(RandomFill? Masks, bool HalfCloses, TimeSpan Hold, TimeSpan PingPeriod);

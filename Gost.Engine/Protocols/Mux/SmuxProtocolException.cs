namespace Gost.Engine.Protocols.Mux;

/// <summary>A peer does not speak smux as agreed: the session is over.</summary>
internal sealed class SmuxProtocolException(string message) : IOException(message);

namespace Gost.Engine.Protocols.Quic.MsQuic;

/// <summary>Ends the handshake of a client that is not served; whoever judged it has said so already.</summary>
internal sealed class RefusedClientException() : Exception("the client is not served");

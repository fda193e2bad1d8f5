namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>A peer sent what is no HTTP, or what two readers could take for different messages.</summary>
internal sealed class HttpSyntaxException(string message) : Exception(message);

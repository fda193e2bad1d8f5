namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>One header field; its value holds one character per octet.</summary>
internal readonly record struct HttpField(string Name, string Value);

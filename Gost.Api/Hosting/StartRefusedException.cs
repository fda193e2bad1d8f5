namespace Gost.Api.Hosting;

/// <summary>The program cannot start as asked; the message says what to change.</summary>
internal sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);

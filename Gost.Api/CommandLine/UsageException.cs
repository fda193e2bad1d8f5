namespace Gost.Api.CommandLine;

/// <summary>The flags are wrong: the usage is shown and the program exits with 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

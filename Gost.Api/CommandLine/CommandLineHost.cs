namespace Gost.Api.CommandLine;

/// <summary>What the command line sees of the process around it; replaced in tests.</summary>
internal sealed record CommandLineHost
{
    /// <summary>Takes what was asked for and nothing else.</summary>
    public TextWriter Out { get; init; } = Console.Out;

    /// <summary>Takes everything else.</summary>
    public TextWriter Error { get; init; } = Console.Error;

    /// <summary>Opens standard input; its reader disposes it.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>An environment variable; null = not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Makes what sends the requests for <c>-C URL</c> and the health check.</summary>
    public Func<HttpMessageHandler> HttpHandler { get; init; } = static () => new SocketsHttpHandler { MaxAutomaticRedirections = 10 };

    /// <summary>Where GOST would look for a default file, in its order.</summary>
    public IReadOnlyList<string> DefaultFolders { get; init; } =
        ["/etc/gost", Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".gost"), "."];

    /// <summary>A variable that is set to something.</summary>
    public string? Set(string name) => Variable(name) is { Length: > 0 } value ? value : null;
}

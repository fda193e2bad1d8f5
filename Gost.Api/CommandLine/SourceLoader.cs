using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>Reads and merges the sources of one command line, as often as it is asked. Thread-safe: holds no state between calls.</summary>
internal sealed class SourceLoader(ProgramArguments arguments)
{
    /// <summary>
    /// The merged definitions as they are now. Throws <see cref="Engine.Config.ConfigException"/> with every finding, messages naming
    /// file and line; what runs is not touched by that.
    /// </summary>
    public Task<GostConfig> LoadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromException<GostConfig>(new NotSupportedException($"cli: {arguments.Sources.Count}"));
    }
}

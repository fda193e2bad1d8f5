using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>Compiled credentials. Source: spec/config.md section 7.</summary>
internal sealed class Auther : IAsyncDisposable
{
    /// <summary>Builds from inline entries and a file; a file with <c>reload</c> is read again by a timer until disposed.</summary>
    public static Auther Compile(AutherConfig config, EngineServices engine, List<Finding> findings) =>
        throw new NotSupportedException("routing");

    /// <summary>Whether the credentials are known; takes the same time whichever part is wrong. No entries = nobody.</summary>
    public bool Authenticate(string username, string password) => throw new NotSupportedException("routing");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

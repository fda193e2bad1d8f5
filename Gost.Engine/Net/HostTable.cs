using System.Net;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>A compiled <c>hosts</c> object: names and their addresses. Source: spec/config.md section 9.</summary>
internal sealed class HostTable : IAsyncDisposable
{
    /// <summary>Builds from inline mappings and a file; a file with <c>reload</c> is read again by a timer until disposed.</summary>
    public static HostTable Compile(HostsConfig config, EngineServices engine, List<Finding> findings) =>
        throw new NotSupportedException("routing");

    /// <summary>The address of a name, null when the table does not have it.</summary>
    public IPAddress? Find(string host) => throw new NotSupportedException("routing");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

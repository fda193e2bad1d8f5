using System.Net;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>A compiled filter by source address. Source: spec/config.md section 8.</summary>
internal sealed class Admission : IAsyncDisposable
{
    /// <summary>Builds from inline matchers and a file; a file with <c>reload</c> is read again by a timer until disposed.</summary>
    public static Admission Compile(AdmissionConfig config, EngineServices engine, List<Finding> findings) =>
        throw new NotSupportedException("routing");

    /// <summary>Whether a client may connect; an IPv4-mapped address counts as IPv4.</summary>
    public bool Admits(IPAddress address) => throw new NotSupportedException("routing");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

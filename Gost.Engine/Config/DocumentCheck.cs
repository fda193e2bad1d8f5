using System.Collections.Immutable;
using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gost.Engine.Config;

/// <summary>Judges a whole document without running it: what <c>gost validate</c> prints.</summary>
public static class DocumentCheck
{
    /// <summary>
    /// Every finding that a start with the document would have, errors first; files may lie anywhere. Nothing is bound. Pointers are
    /// relative to the document.
    /// </summary>
    public static async Task<ImmutableArray<Finding>> RunAsync(GostConfig document, CancellationToken cancellationToken)
    {
        await using EngineHost engine = new(
            new EmptyStore(), new EngineOptions(), BuiltInProtocols.CreateCatalog(), NullLoggerFactory.Instance, TimeProvider.System);
        await engine.StartAsync(null, cancellationToken);
        return await engine.ControlPlane.ApplyAsync(new ApplySources(document) { DryRun = true }, cancellationToken) switch
        {
            ChangeRefused refused => refused.Findings,
            ChangeApplied applied => applied.Warnings,
            _ => [],
        };
    }

    /// <summary>Holds nothing and takes nothing: a dry run does not get as far.</summary>
    private sealed class EmptyStore : IConfigStore
    {
        public ValueTask<DesiredState> LoadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(DesiredState.Empty);

        public ValueTask<long> CommitAsync(ConfigChange change, long expectedRevision, CancellationToken cancellationToken) =>
            throw new StoreException(StoreError.ReadOnly, "nothing is stored here");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

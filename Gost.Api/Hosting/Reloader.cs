using Gost.Api.CommandLine;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Hosting;

/// <summary>
/// Reload for SIGHUP, <c>-R</c> and <c>POST /config/reload</c>: reads the sources again and reconciles what came from them; without
/// sources applies the store again and retries failed services. One at a time: what was read first must not be applied last.
/// Source: contract.md, Start.
/// </summary>
internal sealed class Reloader(SourceLoader? loader, IControlPlane controlPlane) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Reloads. Throws <see cref="Engine.Config.ConfigException"/> when the sources cannot be read; nothing is changed then.</summary>
    public async Task<ChangeResult> ReloadAsync(Func<ChangeRequest, ChangeRequest> parameters, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ChangeRequest request = loader is null ? new ReapplyState() : new ApplySources(await loader.LoadAsync(cancellationToken));
            return await controlPlane.ApplyAsync(parameters(request), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}

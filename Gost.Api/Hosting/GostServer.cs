using System.Threading.Channels;
using Gost.Api.CommandLine;
using Gost.Engine;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Gost.Persistence;

namespace Gost.Api.Hosting;

/// <summary>
/// The engine and the web application before it, started and stopped in order: HTTP listens first, so that health answers while the store
/// is loaded, and ends last, so that it can be watched while connections drain. Owns both.
/// </summary>
internal sealed class GostServer : IAsyncDisposable
{
    private readonly ProgramOptions _options;
    private readonly IGostEngine _engine;
    private readonly WebApplication? _web;
    private readonly ServerState _state;
    private readonly Reloader _reloader;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _reloadPeriod;
    private readonly Channel<bool> _reloads = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ended = new();
    private Task _background = Task.CompletedTask;
    private bool _disposed;

    private GostServer(ProgramOptions options, GostSettings settings, IGostEngine engine, WebApplication? web, ServerState state, Reloader reloader, ILogger logger, TimeProvider time)
    {
        (_options, _engine, _web, _state, _reloader, _logger, _time) = (options, engine, web, state, reloader, logger, time);
        _reloadPeriod = settings.ReloadPeriod;
    }

    /// <summary>The control plane.</summary>
    public IControlPlane ControlPlane => _engine.ControlPlane;

    /// <summary>The web application; null when neither API nor metrics were asked for.</summary>
    public WebApplication? Web => _web;

    /// <summary>Composes a server over the built-in engine and the SQLite store. Throws <see cref="StartRefusedException"/>.</summary>
    public static GostServer Create(ProgramOptions options, GostSettings settings, ILoggerFactory loggers, TimeProvider time) =>
        Create(
            options,
            settings,
            GostEngine.Create(SqliteStores.Create(settings.ConnectionString, time, settings.SshKeyFolder), settings.Engine, loggers, time),
            loggers,
            time);

    /// <summary>Composes a server over an engine, which it takes over.</summary>
    public static GostServer Create(ProgramOptions options, GostSettings settings, IGostEngine engine, ILoggerFactory loggers, TimeProvider time)
    {
        var logger = loggers.CreateLogger<GostServer>();
        ServerState state = new();
        Reloader reloader = new(options.Loader, engine.ControlPlane);
        if (settings.Api is { } api)
        {
            EndpointBinder.CheckAccess(api);
            if (!api.RequiresAuthentication && !ListenAddress.Parse(api.Addr, "Api:Addr").IsLocal)
            {
                Log.Anonymous(logger);
            }
        }

        var web = settings.Api is null && settings.Metrics is null ? null : GostApplication.Build(settings, engine, reloader, state, loggers, time);
        return new(options, settings, engine, web, state, reloader, logger, time);
    }

    /// <summary>
    /// Listens, then starts the engine; returns once every service had its first bind attempt. Throws what refuses a start:
    /// <see cref="StartRefusedException"/>, <see cref="IOException"/> for a taken address, <see cref="StoreException"/>, <see cref="ConfigException"/>.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_web is not null)
        {
            await GostApplication.StartAsync(_web, cancellationToken);
            foreach (var address in _web.Urls)
            {
                Log.Listening(_logger, address);
            }
        }

        await _engine.StartAsync(_options.Definitions, cancellationToken);
        var services = ControlPlane.Desired.OfKind(ConfigKind.Services);
        Log.Ready(_logger, services.Count, services.Count(x => ControlPlane.GetState(x.Config.Name) == ServiceState.Failed));
        _background = Task.WhenAll(ReloadOnRequestAsync(), ReloadPeriodicallyAsync());
    }

    /// <summary>Asks for a reload in the background; one that is already waiting serves both.</summary>
    public void RequestReload() => _reloads.Writer.TryWrite(true);

    /// <summary>Stops accepting, drains, then stops answering HTTP; <paramref name="abort"/> ends it at once.</summary>
    public async Task StopAsync(TimeSpan drain, CancellationToken abort)
    {
        _state.BeginStop();
        await EndBackgroundAsync();
        await _engine.StopAsync(drain, abort);
        if (_web is not null)
        {
            await _web.StopAsync(abort);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await EndBackgroundAsync();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        await _engine.DisposeAsync();
        _reloader.Dispose();
        _ended.Dispose();
    }

    private async Task EndBackgroundAsync()
    {
        _reloads.Writer.TryComplete();
        await _ended.CancelAsync();
        await _background;
    }

    private async Task ReloadOnRequestAsync()
    {
        await foreach (var _ in _reloads.Reader.ReadAllAsync())
        {
            await ReloadAsync();
        }
    }

    private async Task ReloadPeriodicallyAsync()
    {
        if (_reloadPeriod <= TimeSpan.Zero)
        {
            return;
        }

        using PeriodicTimer timer = new(_reloadPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                RequestReload();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReloadAsync()
    {
        try
        {
            switch (await _reloader.ReloadAsync(static x => x, _ended.Token))
            {
                case ChangeRefused refused:
                    Log.ReloadRefused(_logger, refused.Message);
                    break;
                default:
                    Log.Reloaded(_logger);
                    break;
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Stopped while reading the sources.
        }
        catch (Exception refusal)
        {
            Log.ReloadRefused(_logger, refusal.Message);
        }
    }
}

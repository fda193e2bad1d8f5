using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.ControlPlane;

/// <summary>The one writer: every change goes through <see cref="ApplyAsync"/> under one lock. Source: design.md section 2, One PUT.</summary>
internal sealed class ControlPlane : IControlPlane, IAsyncDisposable
{
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(5);

    // A timer cannot wait for much longer.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(24);
    private readonly IConfigStore _store;
    private readonly ApplyContext _context;
    private readonly ChangePlanner _planner;
    private readonly ChangeCompiler _compiler;
    private readonly ChainTester _tester;
    private readonly MissingNames _missing;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private DesiredState _desired = DesiredState.Empty;
    private bool _ready;
    private bool _stopped;

    /// <summary>Uses the store, which stays the caller's; nothing runs before <see cref="StartAsync"/>.</summary>
    public ControlPlane(IConfigStore store, EngineServices engine)
    {
        _store = store;
        _logger = engine.Loggers.CreateLogger("Gost.Engine.ControlPlane");
        RuntimeContext runtime = new(engine.Time, engine.Loggers.CreateLogger("Gost.Engine.Runtime"), engine.Observer, engine.Faults);
        _context = new ApplyContext(
            engine, new RuntimeGraph(), new ServiceAssembler(engine), runtime, new Retirement(engine.Time), new RetryLoop(engine.Time, _logger),
            new ObjectWarnings());
        _planner = new ChangePlanner(engine.Catalog.Supported, engine.Options.FilesFolder, engine.Time);
        _tester = new ChainTester(engine);
        _missing = new MissingNames(engine);
        _compiler = new ChangeCompiler(_planner, _context.Graph, _context.Warnings, _logger);
    }

    /// <inheritdoc/>
    public DesiredState Desired => Volatile.Read(ref _desired);

    /// <inheritdoc/>
    public bool IsReady => Volatile.Read(ref _ready);

    /// <summary>Loads, lays the sources over it, and gives every service its first bind attempt.</summary>
    public async Task StartAsync(GostConfig? sources, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            var loaded = await _store.LoadAsync(cancellationToken);
            foreach (var x in loaded.Unreadable)
            {
                _logger.Unreadable(x.Kind, x.Name, x.Reason);
            }

            var planned = _planner.Plan(sources is null ? new ReapplyState() : new ApplySources(sources), loaded);
            if (planned.Refused is { } refused)
            {
                throw new ConfigException(refused.Findings);
            }

            var candidate = planned.Candidate!; // Not refused, so planned.
            await using ApplyTransaction change = new(_context);
            await BootAsync(change, candidate, cancellationToken);
            _context.Retries.Start(RetryAsync);
            Volatile.Write(ref _ready, true);
            _logger.Started(candidate.State.OfKind(ConfigKind.Services).Count, candidate.State.Revision, change.Failures.Count);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ChangeResult> ApplyAsync(ChangeRequest request, CancellationToken cancellationToken)
    {
        if (!IsReady)
        {
            return new ChangeRefused(ChangeRefusal.StoreUnavailable, "starting: the definitions are not loaded yet, try again", []);
        }

        await _writer.WaitAsync(cancellationToken);
        try
        {
            return _stopped
                ? new ChangeRefused(ChangeRefusal.StoreUnavailable, "stopping: no change is taken any more", [])
                : await ApplyLockedAsync(request, cancellationToken);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <inheritdoc/>
    public GostConfig Export() => DocumentExport.Of(Desired);

    /// <inheritdoc/>
    public ServiceStatus? GetStatus(string service)
    {
        var desired = Desired;
        return _context.Graph.Find(service) is { } x
            ? x.GetStatus([.. _missing.Of(x.Config, desired), .. _context.Warnings.Of(x.Config, desired)])
            : null;
    }

    /// <inheritdoc/>
    public ServiceState? GetState(string service) => _context.Graph.Find(service)?.State;

    /// <inheritdoc/>
    public IReadOnlyList<ConnectionInfo>? GetConnections(string service) => _context.Graph.Find(service)?.Connections.List();

    /// <inheritdoc/>
    public bool CloseConnection(string service, long id) => _context.Graph.Find(service)?.Connections.Abort(id) == true;

    /// <inheritdoc/>
    public ValueTask<ChainTestResult?> TestChainAsync(string chain, ChainTestConfig request, CancellationToken cancellationToken) =>
        _tester.TestAsync(chain, request, cancellationToken);

    /// <inheritdoc/>
    public bool Authenticate(string auther, string username, string password) =>
        _context.Engine.Objects.Authers.Get(auther).Current?.Authenticate(username, password) == true;

    /// <summary>Stops accepting, waits for flows to end, aborts the rest. Changes are refused from here on. May be called again with less time.</summary>
    public async Task StopAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        await CloseAllAsync();
        await _context.Engine.Draining.CancelAsync();
        var ended = Task.WhenAll(_context.Graph.All.Select(static x => x.Connections.WhenEmptyAsync()));
        try
        {
            await ended.WaitAsync(drain < LongestDrain ? drain : LongestDrain, _context.Engine.Time, cancellationToken);
            return;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await _context.Runtime.AbortAsync();
            foreach (var service in _context.Graph.All)
            {
                service.Connections.AbortUpTo(long.MaxValue);
            }
        }

        try
        {
            await ended.WaitAsync(AbortTime, _context.Engine.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _logger.FlowsLeft(_context.Graph.All.Sum(static x => x.Connections.Count));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync(TimeSpan.Zero, CancellationToken.None);
        }

        _context.Retirement.Dispose();
        _context.Runtime.Dispose();
        _writer.Dispose();
    }

    private async Task CloseAllAsync()
    {
        await _writer.WaitAsync(CancellationToken.None);
        try
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            await _context.Retries.DisposeAsync();
            foreach (var service in _context.Graph.Services)
            {
                if (service.Close() is { } generation)
                {
                    await generation.StopAsync();
                }

                await service.WatchedAsync();
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    private async ValueTask BootAsync(ApplyTransaction change, Candidate candidate, CancellationToken cancellationToken)
    {
        var errors = await _compiler.CompileAllAsync(change, candidate);
        if (errors.Count > 0)
        {
            throw new ConfigException(errors);
        }

        await change.BindAsync(cancellationToken);
        if (!candidate.IsEmpty)
        {
            await _store.CommitAsync(candidate.ToChange(), candidate.Before.Revision, cancellationToken);
        }

        Volatile.Write(ref _desired, candidate.State);
        await change.PublishAsync(drain: null);
    }

    private async ValueTask<ChangeResult> ApplyLockedAsync(ChangeRequest request, CancellationToken cancellationToken)
    {
        var planned = _planner.Plan(request, Desired);
        await using ApplyTransaction change = new(_context);
        if (planned.Refused is { } refused)
        {
            return planned.Candidate is { } broken ? await ChangeCompiler.CompleteAsync(change, refused, broken) : refused;
        }

        var candidate = planned.Candidate!; // Not refused, so planned.
        var found = await _compiler.CompileAsync(change, request, candidate);
        ImmutableArray<Finding> findings = [.. planned.Findings.Concat(found).Distinct().OrderBy(static x => x.Severity)];
        if (findings is [{ Severity: FindingSeverity.Error } first, ..])
        {
            return new ChangeRefused(ChangeRefusal.Invalid, first.Message, findings);
        }

        var plan = candidate.ToPlan();
        if (request.DryRun)
        {
            return new ChangeApplied(ChangeAnswer.Revision(request, candidate.Before), plan, findings, DryRun: true);
        }

        await change.BindAsync(cancellationToken);
        var failures = change.Failures.Where(x => ChangeCompiler.Matters(x, request, candidate)).ToList();
        if (failures.Count > 0)
        {
            return ChangeAnswer.CannotPrepare(failures, candidate);
        }

        // From the commit on nothing is given up half-way, whoever has hung up meanwhile.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!candidate.IsEmpty)
            {
                await _store.CommitAsync(candidate.ToChange(), candidate.Before.Revision, CancellationToken.None);
            }
        }
        catch (StoreException e)
        {
            _logger.NotStored(e, e.Message);
            return ChangeAnswer.NotStored(e);
        }

        Volatile.Write(ref _desired, candidate.State);
        await change.PublishAsync(request.Drain);
        if (!candidate.IsEmpty)
        {
            _logger.Applied(candidate.State.Revision, plan.Added.Length, plan.Changed.Length, plan.Removed.Length);
        }

        return new ChangeApplied(ChangeAnswer.Revision(request, candidate.State), plan, findings, DryRun: false);
    }

    private async ValueTask RetryAsync(IReadOnlyList<string> services, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await using ApplyTransaction change = new(_context);
            foreach (var name in services)
            {
                if (Desired.Find(ConfigKind.Services, name) is { } value && !_compiler.Runs(value))
                {
                    await _compiler.CompileStoredAsync(change, value);
                }
            }

            await change.BindAsync(cancellationToken);
            await change.PublishAsync(drain: null);
        }
        finally
        {
            _writer.Release();
        }
    }
}

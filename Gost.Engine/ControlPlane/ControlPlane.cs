using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.ControlPlane;

/// <summary>The one writer: every change goes through <see cref="ApplyAsync"/> under one lock. Source: design.md section 2, One PUT.</summary>
internal sealed class ControlPlane : IControlPlane, IAsyncDisposable
{
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(5);
    private readonly IConfigStore _store;
    private readonly ApplyContext _context;
    private readonly ChangePlanner _planner;
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
        RuntimeContext runtime = new(engine.Time, engine.Loggers.CreateLogger("Gost.Engine.Runtime"), engine.Observer);
        _context = new ApplyContext(
            engine, new RuntimeGraph(), new ServiceAssembler(engine), runtime, new Retirement(engine.Time), new RetryLoop(engine.Time, _logger));
        _planner = new ChangePlanner(Supported(engine.Catalog), engine.Options.FilesFolder, engine.Time);
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
            _logger.Started(candidate.State.OfKind(ConfigKind.Services).Count(), candidate.State.Revision, change.Failures.Count);
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
    public ServiceStatus? GetStatus(string service) => _context.Graph.Find(service) is { } x ? x.GetStatus(PreparedObject.Missing(x.Config, Desired)) : null;

    /// <inheritdoc/>
    public IReadOnlyList<ConnectionInfo>? GetConnections(string service) => _context.Graph.Find(service)?.Connections.List();

    /// <inheritdoc/>
    public bool CloseConnection(string service, long id) => _context.Graph.Find(service)?.Connections.Abort(id) == true;

    /// <inheritdoc/>
    public bool Authenticate(string auther, string username, string password) =>
        _context.Engine.Objects.Authers.Get(auther).Current?.Authenticate(username, password) == true;

    /// <summary>Stops accepting, waits for flows to end, aborts the rest. Changes are refused from here on. May be called again with less time.</summary>
    public async Task StopAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        await CloseAllAsync();
        var ended = Task.WhenAll(_context.Graph.All.Select(static x => x.Connections.WhenEmptyAsync()));
        try
        {
            await ended.WaitAsync(drain, _context.Engine.Time, cancellationToken);
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

    private static SupportedTypes Supported(ProtocolCatalog catalog) => new(
        catalog.Listeners.Keys.ToHashSet(), catalog.Handlers.Keys.ToHashSet(), catalog.Dialers.Keys.ToHashSet(), catalog.Connectors.Keys.ToHashSet());

    private async ValueTask BootAsync(ApplyTransaction change, Candidate candidate, CancellationToken cancellationToken)
    {
        foreach (var value in ConfigKind.All.SelectMany(candidate.State.OfKind))
        {
            var error = _planner.ValidateStored(value).FirstOrDefault(static x => x.Severity == FindingSeverity.Error);
            if (error is null)
            {
                change.Compile(value.Key, value.Config);
            }
            else if (value.Config is ServiceConfig service)
            {
                change.Refuse(service, error.Message);
            }
            else
            {
                _logger.ObjectFailed(value.Key.ToString(), error.Message);
            }
        }

        RefuseInvalid(change, candidate);
        await change.BindAsync(cancellationToken);
        if (!candidate.IsEmpty)
        {
            await _store.CommitAsync(candidate.ToChange(), candidate.Before.Revision, cancellationToken);
        }

        Volatile.Write(ref _desired, candidate.State);
        await change.PublishAsync(drain: null);
    }

    // Options that cannot be used: an error of the sources ends the start, one of the store fails that service.
    private static void RefuseInvalid(ApplyTransaction change, Candidate candidate)
    {
        var errors = change.Findings.Where(static x => x.Finding.Severity == FindingSeverity.Error).ToList();
        if (errors.Any(x => candidate.Prefixes.ContainsKey(x.Key)))
        {
            throw new ConfigException([.. errors.Select(x => candidate.Place(x.Key, x.Finding))]);
        }

        foreach (var (key, finding) in errors.DistinctBy(static x => x.Key))
        {
            if (candidate.State.Objects[key].Config is ServiceConfig service)
            {
                change.Refuse(service, finding.Message);
            }
        }
    }

    private async ValueTask<ChangeResult> ApplyLockedAsync(ChangeRequest request, CancellationToken cancellationToken)
    {
        var planned = _planner.Plan(request, Desired);
        if (planned.Refused is not null)
        {
            return planned.Refused;
        }

        var candidate = planned.Candidate!; // Not refused, so planned.
        await using ApplyTransaction change = new(_context);
        Compile(change, request, candidate);
        ImmutableArray<Finding> findings =
            [.. planned.Findings.Concat(change.Findings.Select(x => candidate.Place(x.Key, x.Finding))).Distinct().OrderBy(static x => x.Severity)];
        if (findings is [{ Severity: FindingSeverity.Error } first, ..])
        {
            return new ChangeRefused(ChangeRefusal.Invalid, first.Message, findings);
        }

        var plan = candidate.ToPlan();
        if (request.DryRun)
        {
            return new ChangeApplied(Revision(request, candidate.Before), plan, findings, DryRun: true);
        }

        await change.BindAsync(cancellationToken);
        if (change.Failures.Count > 0 && request is not ReapplyState)
        {
            return CannotPrepare(change.Failures, candidate);
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
            var reason = e.Error == StoreError.DiskFull ? ChangeRefusal.DiskFull : ChangeRefusal.StoreUnavailable;
            return new ChangeRefused(reason, e.Message, []);
        }

        Volatile.Write(ref _desired, candidate.State);
        await change.PublishAsync(request.Drain);
        if (!candidate.IsEmpty)
        {
            _logger.Applied(candidate.State.Revision, plan.Added.Length, plan.Changed.Length, plan.Removed.Length);
        }

        return new ChangeApplied(Revision(request, candidate.State), plan, findings, DryRun: false);
    }

    private void Compile(ApplyTransaction change, ChangeRequest request, Candidate candidate)
    {
        foreach (var value in candidate.Upserts)
        {
            change.Compile(value.Key, value.Config);
        }

        foreach (var value in candidate.Removed)
        {
            change.Remove(value.Key);
        }

        HashSet<ObjectKey> done = [.. candidate.Upserts.Select(static x => x.Key)];
        foreach (var value in Again(request, candidate))
        {
            if (done.Add(value.Key))
            {
                change.Compile(value.Key, value.Config);
            }
        }
    }

    // What is equal but does not run, and what reads files, is built again when it was asked for by name or by a reload.
    private IEnumerable<DesiredObject> Again(ChangeRequest request, Candidate candidate) => request switch
    {
        ReplaceObject x when !NeedsNothing(x.Name, x.Kind) => [candidate.State.Objects[new ObjectKey(x.Kind, x.Name)]],
        ReapplyState or ApplySources => candidate.State.Objects.Values.Where(x => !NeedsNothing(x.Config.Name, x.Kind) || ReadsFile(x.Config)),
        _ => [],
    };

    private bool NeedsNothing(string name, ConfigKind kind) =>
        kind != ConfigKind.Services || _context.Graph.Find(name) is null or { Current: not null };

    private static bool ReadsFile(NamedConfig config) =>
        config is AutherConfig { File: not null } or AdmissionConfig { File: not null } or HostsConfig { File: not null } or HopConfig { File: not null };

    private static long Revision(ChangeRequest request, DesiredState state) => request switch
    {
        CreateObject x => state.Find(x.Kind, x.Config.Name.Trim())?.Revision ?? state.Revision,
        ReplaceObject x => state.Find(x.Kind, x.Name)?.Revision ?? state.Revision,
        _ => state.Revision,
    };

    private static ChangeRefused CannotPrepare(List<PrepareFailure> failures, Candidate candidate)
    {
        ImmutableArray<Finding> findings =
        [
            .. failures.Select(x => candidate.Place(
                new ObjectKey(ConfigKind.Services, x.Service.Name),
                new Finding(x.Fault.Layer == FlowLayer.Bind ? "/addr" : "", $"create service {x.Service.Name} failed: {x.Fault.Message}"))),
        ];
        return new ChangeRefused(ChangeRefusal.CannotPrepare, findings[0].Message, findings);
    }

    private async ValueTask RetryAsync(IReadOnlyList<string> services, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await using ApplyTransaction change = new(_context);
            foreach (var name in services)
            {
                if (!NeedsNothing(name, ConfigKind.Services) && Desired.Find(ConfigKind.Services, name) is { } value)
                {
                    change.Compile(value.Key, value.Config);
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

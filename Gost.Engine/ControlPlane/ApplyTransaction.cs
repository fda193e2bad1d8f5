using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Runtime;
using Gost.Engine.Security;

namespace Gost.Engine.ControlPlane;

/// <summary>
/// One change on its way: compile, bind, publish. Until <see cref="PublishAsync"/> nothing that runs is touched, and disposing undoes
/// everything. Used under the control plane's writer lock. Source: design.md section 2, One PUT.
/// </summary>
internal sealed class ApplyTransaction(ApplyContext context) : IAsyncDisposable
{
    private const int PendingBinds = 64;
    private readonly List<PreparedObject> _objects = [];
    private readonly List<(ServiceRuntime? Service, ServiceGeneration Generation)> _generations = [];
    private readonly List<ServiceRuntime> _removed = [];
    private readonly List<Action<ObjectWarnings>> _warnings = [];
    private TlsDefaults? _tls;
    private bool _published;

    /// <summary>Services that could not be made ready.</summary>
    public List<PrepareFailure> Failures { get; } = [];

    /// <summary>
    /// Builds an object; kinds that do not act are left alone. Gives what it found, relative to the object; with an error nothing of the
    /// object is kept.
    /// </summary>
    public async ValueTask<ImmutableArray<Finding>> CompileAsync(NamedConfig config)
    {
        List<Finding> findings = [];
        IAsyncDisposable? built = null;
        try
        {
            if (config is ServiceConfig service)
            {
                built = Assemble(service, findings);
            }
            else
            {
                built = PreparedObject.Compile(config, context.Engine, findings);
            }
        }
        catch (ConfigException e)
        {
            findings.AddRange(e.Findings);
        }

        if (built is not null && findings.Any(static x => x.Severity == FindingSeverity.Error))
        {
            await built.DisposeAsync();
        }
        else if (built is ServiceGeneration generation)
        {
            _generations.Add((context.Graph.Find(config.Name), generation));
        }
        else if (built is PreparedObject prepared)
        {
            _objects.Add(prepared);
            Keep(config, prepared.File, findings);
        }

        return [.. findings];
    }

    /// <summary>
    /// Compiles the document's <c>tls</c>; gives what it found, with pointers into the document. With an error nothing of it is kept, unless
    /// <paramref name="evenIfBroken"/>: then handshakes that need it fail until its files can be read.
    /// </summary>
    public ImmutableArray<Finding> CompileTls(TlsConfig? settings, bool evenIfBroken)
    {
        List<Finding> findings = [];
        var tls = context.Engine.Tls.Compile(settings, findings);
        _tls = evenIfBroken || findings.TrueForAll(static x => x.Severity != FindingSeverity.Error) ? tls : null;
        return [.. findings];
    }

    /// <summary>Plans the removal of an object.</summary>
    public void Remove(ObjectKey key)
    {
        if (key.Kind == ConfigKind.Services)
        {
            if (context.Graph.Find(key.Name) is { } service)
            {
                _removed.Add(service);
            }
        }
        else
        {
            if (PreparedObject.Removal(key, context.Engine) is { } removal)
            {
                _objects.Add(removal);
            }

            _warnings.Add(x => x.Remove(key));
        }
    }

    /// <summary>A service that cannot be made ready for a reason known already.</summary>
    public void Refuse(ServiceConfig service, string reason) =>
        Failures.Add(new PrepareFailure(service, new FlowException(FlowLayer.Bind, FlowError.Unsupported, reason)));

    /// <summary>A named object that cannot be put into force for a reason known already; its users' status says so.</summary>
    public void Refuse(ObjectKey key, Finding error) => _warnings.Add(x => x.SetRefused(key, error));

    /// <summary>Binds what was built: in order where binding completes at once, many at a time where it does not.</summary>
    public async ValueTask BindAsync(CancellationToken cancellationToken)
    {
        List<Task<PrepareFailure?>> pending = [];
        foreach (var (_, generation) in _generations)
        {
            var bind = BindAsync(generation, cancellationToken);
            if (!bind.IsCompletedSuccessfully)
            {
                pending.Add(bind);
            }
            else if (await bind is { } failure)
            {
                Failures.Add(failure);
            }

            if (pending.Count == PendingBinds)
            {
                await CollectAsync(pending);
            }
        }

        await CollectAsync(pending);
        HashSet<object> failed = new(Failures.Select(static x => x.Service), ReferenceEqualityComparer.Instance);
        foreach (var (_, generation) in _generations.Where(x => failed.Contains(x.Generation.Config)))
        {
            await generation.DisposeAsync();
        }

        _generations.RemoveAll(x => failed.Contains(x.Generation.Config));
    }

    /// <summary>
    /// Swaps in what was prepared, records failures, then closes what is no longer wanted. Cannot fail and cannot be cancelled.
    /// All takeovers come before the first close, so that services can swap addresses.
    /// </summary>
    public async ValueTask PublishAsync(TimeSpan? drain)
    {
        _published = true;
        if (_tls is not null)
        {
            context.Engine.Tls.Use(_tls);
        }

        List<IAsyncDisposable> objects = [.. _objects.Select(static x => x.Publish()).OfType<IAsyncDisposable>()];
        _warnings.ForEach(x => x(context.Warnings));
        List<ServiceGeneration> stopped = [];
        List<(ServiceRuntime Service, long Generation)> retired = [];
        foreach (var (known, generation) in _generations)
        {
            var service = known ?? Create(generation.Config);
            retired.Add((service, service.Generation));
            Add(stopped, service.Publish(generation));
            context.Retries.Forget(service.Name);
        }

        foreach (var failure in Failures)
        {
            var (config, fault) = failure;
            (context.Graph.Find(config.Name) ?? Create(config)).Fail(config, fault, failure.Warnings);
            if (fault.Error != FlowError.Unsupported)
            {
                context.Retries.Schedule(config.Name);
            }
        }

        foreach (var service in _removed)
        {
            context.Retries.Forget(service.Name);
            context.Graph.Remove(service);
            retired.Add((service, service.Generation));
            Add(stopped, service.Close());
        }

        await StopAsync(stopped, objects);
        foreach (var (service, generation) in retired)
        {
            context.Retirement.Schedule(service, generation, drain);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_published)
        {
            return;
        }

        foreach (var (_, generation) in _generations)
        {
            await generation.DisposeAsync();
        }

        foreach (var prepared in _objects)
        {
            await prepared.DisposeAsync();
        }
    }

    // The findings of the change's answer are gone with it; the status of the services that use the object shows them for good.
    private void Keep(NamedConfig config, IFileBacked? file, IEnumerable<Finding> found)
    {
        var kind = ConfigKind.All.First(x => x.RecordType == config.GetType());
        ValidationContext judged = new(context.Engine.Catalog.Supported, null, FilesRestricted: false);
        ImmutableArray<Finding> findings = [.. ConfigValidator.ValidateObject(kind, config, judged), .. found];
        _warnings.Add(x => x.Set(new ObjectKey(kind, config.Name), findings, file));
    }

    private static void Add(List<ServiceGeneration> list, ServiceGeneration? generation)
    {
        if (generation is not null)
        {
            list.Add(generation);
        }
    }

    private static async Task<PrepareFailure?> BindAsync(ServiceGeneration generation, CancellationToken cancellationToken)
    {
        try
        {
            await generation.BindAsync(cancellationToken);
            return null;
        }
        catch (FlowException e)
        {
            return new PrepareFailure(generation.Config, e) { Warnings = generation.Warnings };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new PrepareFailure(generation.Config, new FlowException(FlowLayer.Bind, FlowError.Failed, e.Message, e)) { Warnings = generation.Warnings };
        }
    }

    private async ValueTask CollectAsync(List<Task<PrepareFailure?>> pending)
    {
        Failures.AddRange((await Task.WhenAll(pending)).OfType<PrepareFailure>());
        pending.Clear();
    }

    private ServiceGeneration? Assemble(ServiceConfig config, List<Finding> findings)
    {
        try
        {
            var assembled = context.Assembler.Assemble(config, context.Graph.Find(config.Name)?.Current);
            findings.AddRange(assembled.Findings);
            return assembled.Generation;
        }
        catch (FlowException e)
        {
            Failures.Add(new PrepareFailure(config, e));
            return null;
        }
    }

    private ServiceRuntime Create(ServiceConfig config)
    {
        ServiceRuntime service = new(config, context.Runtime, x => context.Retries.Schedule(x.Name));
        context.Graph.Set(service);
        return service;
    }

    private async ValueTask StopAsync(List<ServiceGeneration> generations, List<IAsyncDisposable> objects)
    {
        foreach (var generation in generations)
        {
            try
            {
                await generation.StopAsync();
            }
            catch (Exception e)
            {
                context.Runtime.Logger.RetireBroke(e, generation.Config.Name);
            }
        }

        foreach (var value in objects)
        {
            try
            {
                await value.DisposeAsync();
            }
            catch (Exception e)
            {
                context.Runtime.Logger.RetireBroke(e, value.GetType().Name);
            }
        }
    }
}

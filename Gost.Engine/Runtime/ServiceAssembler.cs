using System.Collections.Immutable;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing;
using Gost.Engine.Security;

namespace Gost.Engine.Runtime;

/// <summary>What assembling gave: a generation unless an error was found. Pointers are relative to the service.</summary>
internal sealed record AssembledService(ServiceGeneration? Generation, ImmutableArray<Finding> Findings);

/// <summary>Builds a generation from a definition; without side effects.</summary>
internal sealed class ServiceAssembler(EngineServices engine)
{
    // Keys of the service's metadata that act without being looked up by a part.
    private static readonly ImmutableArray<string> ActingKeys = ["enableStats", "compat.ignoreUnsupported", "compat.directFallback"];

    private readonly ValidationContext _validation = new(engine.Catalog.Supported, null, FilesRestricted: false);

    /// <summary>Builds; health of targets that stay is taken from <paramref name="previous"/>.</summary>
    public AssembledService Assemble(ServiceConfig config, ServiceGeneration? previous)
    {
        var handlerType = config.Handler?.Type is { Length: > 0 } type ? type : "auto";
        var listenerType = config.Listener?.Type is { Length: > 0 } transport ? transport : "tcp";
        if (!engine.Catalog.Handlers.TryGetValue(handlerType, out var makeHandler))
        {
            return Refuse(new Finding("/handler/type", $"handler type {handlerType} is not supported by this build"));
        }

        if (!engine.Catalog.Listeners.TryGetValue(listenerType, out var makeListener))
        {
            return Refuse(new Finding("/listener/type", $"listener type {listenerType} is not supported by this build"));
        }

        MetadataReader service = new(config.Metadata, "/metadata");
        MetadataReader handler = new(config.Handler?.Metadata ?? ConfigMap<object?>.Empty, "/handler/metadata");
        MetadataReader listener = new(config.Listener?.Metadata ?? ConfigMap<object?>.Empty, "/listener/metadata");
        try
        {
            var router = Router.ForHandler(config, service, engine);
            var forwarder = Forwarder.Build(config, service, router, engine, previous?.Forwarder);
            var builtHandler = makeHandler(new HandlerBuildContext(config, handler, service, forwarder, router, engine));
            var builtListener = makeListener(new ListenerBuildContext(config, listener, service, engine)
            {
                Router = Router.ForListener(config, service, engine) is { HasChain: true } way ? way : null,
            });
            ImmutableArray<Finding> findings =
                [.. service.Findings, .. handler.Findings, .. listener.Findings, .. Unused(service, handler, listener)];
            ServiceGeneration generation = new(
                config,
                builtListener,
                builtHandler,
                forwarder,
                Admissions(config),
                Warnings([.. ConfigValidator.ValidateObject(ConfigKind.Services, config, _validation), .. findings]));
            return new AssembledService(generation, findings);
        }
        catch (ConfigException e)
        {
            return Refuse([.. e.Findings]);
        }
    }

    // The status names for good what the change's answer named once: members that have no effect among them.
    private static ImmutableArray<string> Warnings(ImmutableArray<Finding> findings) =>
        [.. findings.Where(static x => x.Severity == FindingSeverity.Warning).Select(static x => x.Message).Distinct(StringComparer.Ordinal)];

    private static AssembledService Refuse(params ImmutableArray<Finding> findings) => new(null, findings);

    private static IEnumerable<Finding> Unused(params MetadataReader[] parts)
    {
        HashSet<string> known = new(ActingKeys.Concat(parts.SelectMany(static x => x.UsedKeys)), StringComparer.OrdinalIgnoreCase);
        return UnusedMetadata.Find(known, parts.Select(static x => (x.Metadata, x.Pointer)));
    }

    private ImmutableArray<NamedRef<Admission>> Admissions(ServiceConfig config)
    {
        var names = config.Admissions.Prepend(config.Admission).Where(static x => x.Length > 0).Distinct(StringComparer.Ordinal);
        return [.. names.Select(engine.Objects.Admissions.Get)];
    }
}

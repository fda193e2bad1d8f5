using System.Collections.Frozen;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Validation;

namespace Gost.Engine.Catalog;

/// <summary>Which types this build can run, by name; immutable. Names GOST knows but this build cannot run are in <see cref="GostTypeNames"/>.</summary>
internal sealed class ProtocolCatalog
{
    /// <summary>Freezes the modules. Throws <see cref="ArgumentException"/> when two register one name.</summary>
    public ProtocolCatalog(IEnumerable<IProtocolModule> modules)
    {
        Builder builder = new();
        foreach (var module in modules)
        {
            module.Register(builder);
        }

        Listeners = builder.Listeners.Factories();
        Handlers = builder.Handlers.Factories();
        Dialers = builder.Dialers.Factories();
        Connectors = builder.Connectors.Factories();
        Supported = new SupportedTypes(
            builder.Listeners.Members(), builder.Handlers.Members(), builder.Dialers.Members(), builder.Connectors.Members());
    }

    public FrozenDictionary<string, Func<ListenerBuildContext, IListener>> Listeners { get; }

    public FrozenDictionary<string, Func<HandlerBuildContext, IHandler>> Handlers { get; }

    public FrozenDictionary<string, Func<DialerBuildContext, IDialer>> Dialers { get; }

    public FrozenDictionary<string, Func<ConnectorBuildContext, IConnector>> Connectors { get; }

    /// <summary>The types by role and what each acts on, as validation judges by it.</summary>
    public SupportedTypes Supported { get; }

    /// <summary>Takes the registrations of the modules.</summary>
    internal sealed class Builder
    {
        public Registrations<Func<ListenerBuildContext, IListener>> Listeners { get; } = new();

        public Registrations<Func<HandlerBuildContext, IHandler>> Handlers { get; } = new();

        public Registrations<Func<DialerBuildContext, IDialer>> Dialers { get; } = new();

        public Registrations<Func<ConnectorBuildContext, IConnector>> Connectors { get; } = new();
    }
}

/// <summary>One protocol folder's registration.</summary>
internal interface IProtocolModule
{
    /// <summary>Adds the listeners, handlers, dialers and connectors of the protocol, each with the members it acts on.</summary>
    void Register(ProtocolCatalog.Builder builder);
}

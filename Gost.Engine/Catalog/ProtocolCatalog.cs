using System.Collections.Frozen;
using Gost.Engine.Abstractions;

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

        Listeners = builder.Listeners.ToFrozenDictionary(StringComparer.Ordinal);
        Handlers = builder.Handlers.ToFrozenDictionary(StringComparer.Ordinal);
        Dialers = builder.Dialers.ToFrozenDictionary(StringComparer.Ordinal);
        Connectors = builder.Connectors.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public FrozenDictionary<string, Func<ListenerBuildContext, IListener>> Listeners { get; }

    public FrozenDictionary<string, Func<HandlerBuildContext, IHandler>> Handlers { get; }

    public FrozenDictionary<string, Func<DialerBuildContext, IDialer>> Dialers { get; }

    public FrozenDictionary<string, Func<ConnectorBuildContext, IConnector>> Connectors { get; }

    /// <summary>Takes the registrations of the modules.</summary>
    internal sealed class Builder
    {
        public Dictionary<string, Func<ListenerBuildContext, IListener>> Listeners { get; } = [];

        public Dictionary<string, Func<HandlerBuildContext, IHandler>> Handlers { get; } = [];

        public Dictionary<string, Func<DialerBuildContext, IDialer>> Dialers { get; } = [];

        public Dictionary<string, Func<ConnectorBuildContext, IConnector>> Connectors { get; } = [];
    }
}

/// <summary>One protocol folder's registration.</summary>
internal interface IProtocolModule
{
    /// <summary>Adds the listeners, handlers, dialers and connectors of the protocol.</summary>
    void Register(ProtocolCatalog.Builder builder);
}
